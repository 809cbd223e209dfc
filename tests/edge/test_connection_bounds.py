"""What a caller may send and how long it may take, over real sockets."""

import asyncio
import json

import pytest

from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from tests.fakes.ambiguous_heads import REFUSED
from tests.fakes.open_door import GET, Scope, answer_ok, open_door, serving


async def answer_late(scope: Scope, door: DoorExtension) -> None:
    """Answer after a while, as an upstream would."""
    await door.body.read(10)
    await asyncio.sleep(0.15)
    await answer_ok(scope, door)


def code_of(answer: bytes) -> tuple[int, str]:
    """Return status and error code of an answer in OpenAI's shape, and check that it is one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    error = json.loads(body)["error"]
    assert b"content-type: application/json\r\n" in head
    assert b"x-request-id: req_" in head
    assert b"connection: close\r\n" in head
    assert error["message"]
    assert "invalid_request_error" == error["type"]
    return int(head.split(b" ")[1]), error["code"]


@pytest.mark.parametrize("head", REFUSED.values(), ids=REFUSED.keys())
async def test_an_ambiguous_request_is_refused_and_nothing_behind_it_is_served(head: bytes) -> None:
    """
    400 and a closed connection: a smuggled second request is never seen by an app.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(head + b"0\r\n\r\n" + GET)

        answer = await caller.hear_all()

        assert (400, "invalid_http") == code_of(answer)
        assert 0 == door.state.total_requests


async def test_an_ambiguous_request_behind_a_good_one_is_refused_in_its_turn() -> None:
    """
    The first answer arrives whole, then the refusal, then the close.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(GET + REFUSED["both framings"] + b"0\r\n\r\n" + GET)
        await caller.hear_answer()

        answer = await caller.hear_all()

        assert (400, "invalid_http") == code_of(answer)
        assert 1 == door.state.total_requests


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000, (431, "headers_too_large")),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", (431, "headers_too_large")),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 100 + b"\r\n", (431, "headers_too_large")),
        (b"GET /" + b"a" * 9_000, (414, "request_line_too_long")),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", (414, "request_line_too_long")),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505, "http_version_unsupported")),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", (400, "invalid_http")),
    ],
    ids=["endless field", "long field", "many fields", "endless line", "long line", "HTTP/2", "TLS"],
)
async def test_a_head_beyond_the_bounds_is_refused(data: bytes, expected: tuple[int, str]) -> None:
    """
    Size, number and protocol are judged without waiting for the end of the head.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(data)

        answer = await caller.hear_all()

        assert expected == code_of(answer)


async def test_megabytes_of_header_are_never_taken_in() -> None:
    """
    A caller who goes on sending headers after the refusal is heard out up to a bound, and dropped.
    """
    limits = DoorLimits(linger_bytes=1_000_000)
    async with open_door(serving(answer_ok), limits) as door, await door.call() as caller:
        await door.wait_until_connected(1)
        caller.say(b"GET / HTTP/1.1\r\n" + b"A: aaaaaaaaaaaaaaaaaaaa\r\n" * 2_000_000)

        await door.wait_until_empty()

        assert 0 == door.state.total_requests


async def test_an_upgrade_is_not_followed() -> None:
    """
    A wish for websocket is an ordinary request here, and so is the one behind it.
    """
    upgrade = b"GET /ws HTTP/1.1\r\nHost: door\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(upgrade + GET)

        answers = [await caller.hear_answer(), await caller.hear_answer()]

        assert [b"/ws", b"/"] == [body for _, body in answers]
        assert answers[0][0].startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("path", ["//v1//models", "/v1/../admin", "/./v1", "/v1%2e%2e", "/%2576"])
async def test_a_path_trick_reaches_the_app_as_it_was_sent(path: str) -> None:
    """
    Nothing is normalised on the way to the router, and decoding happens once.
    """
    once = path.replace("%2e", ".").replace("%25", "%")
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: door\r\n\r\n")

        _, body = await caller.hear_answer()

        assert once.encode() == body


async def test_empty_lines_before_a_request_are_ignored() -> None:
    """
    An old client's extra line end behind a body does no harm.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(b"\r\n" + GET + b"\r\n\r\n" + GET)

        assert [b"/", b"/"] == [(await caller.hear_answer())[1], (await caller.hear_answer())[1]]


@pytest.mark.slow
async def test_a_silent_connection_is_closed() -> None:
    """
    Whoever says nothing is told nothing.
    """
    limits = DoorLimits(first_byte_seconds=0.05)
    async with open_door(serving(answer_ok), limits) as door, await door.call() as caller:
        answer = await caller.hear_all()

        assert b"" == answer


@pytest.mark.slow
async def test_an_idle_connection_is_closed() -> None:
    """
    After the last answer the connection waits for the keep-alive bound, not for the first-byte one.
    """
    limits = DoorLimits(keep_alive_seconds=0.05)
    async with open_door(serving(answer_ok), limits) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_answer()

        answer = await caller.hear_all()

        assert b"" == answer


@pytest.mark.slow
@pytest.mark.parametrize("before", [b"", GET], ids=["first request", "second request"])
async def test_a_slow_head_is_refused_however_it_drips(before: bytes) -> None:
    """
    The clock of a head starts with its first byte and is not moved by the next ones.
    """
    limits = DoorLimits(head_seconds=0.1)
    async with open_door(serving(answer_ok), limits) as door, await door.call() as caller:
        if before:
            caller.say(before)
            await caller.hear_answer()
        caller.say(b"GET / HTTP/1.1\r\n")

        answer = await caller.drip_until_closed(b"A: b\r\n", seconds=0.02)

        assert (408, "head_timeout") == code_of(answer)


@pytest.mark.slow
async def test_a_running_exchange_has_no_deadline_here() -> None:
    """
    The idle, head and body bounds do not run while an answer is being made.
    """
    limits = DoorLimits(
        first_byte_seconds=0.05, head_seconds=0.05, body_seconds=0.05, keep_alive_seconds=0.05
    )
    async with open_door(serving(answer_late), limits) as door, await door.call() as caller:
        caller.say(b"POST /late HTTP/1.1\r\nHost: door\r\nContent-Length: 1\r\n\r\nx")

        _, body = await caller.hear_answer()

        assert b"/late" == body
