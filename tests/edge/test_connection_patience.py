"""Bodies that come too slowly, too long, or that nobody reads."""

import asyncio

import pytest

from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.vocabulary.refusal import Refusal
from tests.fakes.open_door import Caller, Scope, echo, open_door, serving

CHUNKED = b"POST / HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n"


def announce(size: int, *fields: bytes) -> bytes:
    """Return the head of a request with a body of this size."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"POST / HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\n%b\r\n" % (size, lines)


async def read_ten(scope: Scope, door: DoorExtension) -> None:
    """Read at most ten bytes, and answer with them or with the refusal."""
    try:
        body = await door.body.read(10)
        status = 200
    except Refusal as refusal:
        status, body = refusal.status, refusal.code.encode()
    door.reply.begin(status, [(b"content-length", b"%d" % len(body))])
    door.reply.end(body)


async def refuse_unread(scope: Scope, door: DoorExtension) -> None:
    """Answer 401 without reading the body."""
    door.reply.begin(401, [(b"content-length", b"0")])
    door.reply.end()


async def echo_or_refuse(scope: Scope, door: DoorExtension) -> None:
    """Echo the body, or answer with the refusal's code."""
    try:
        await echo(scope, door)
    except Refusal as refusal:
        text = refusal.code.encode()
        door.reply.begin(refusal.status, [(b"content-length", b"%d" % len(text))])
        door.reply.end(text)


async def hear_status(caller: Caller) -> tuple[int, bytes]:
    """Return status and body of the next answer."""
    head, body = await caller.hear_answer()
    return int(head.split(b" ")[1]), body


async def test_a_refused_uploader_can_read_the_refusal() -> None:
    """
    A caller who keeps sending megabytes is heard out, so that no reset destroys its answer.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(announce(4_000_000))
        for _ in range(40):
            caller.say(b"x" * 100_000)
            await asyncio.sleep(0)

        answer = await caller.hear_all()

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close\r\n" in answer


async def test_hearing_out_is_bounded_in_bytes() -> None:
    """
    A refused caller who sends without end is dropped.
    """
    limits = DoorLimits(linger_bytes=100_000)
    async with open_door(serving(read_ten), limits) as door, await door.call() as caller:
        caller.say(announce(40_000_000))
        await caller.hear_until(b"body_too_large")

        caller.say(b"x" * 20_000_000)

        await door.wait_until_empty()
        assert 1 == door.state.total_requests


@pytest.mark.slow
async def test_hearing_out_is_bounded_in_time() -> None:
    """
    A refused caller who neither sends nor leaves is dropped.
    """
    limits = DoorLimits(linger_seconds=0.05)
    async with open_door(serving(read_ten), limits) as door, await door.call() as caller:
        caller.say(announce(40_000_000))
        await caller.hear_until(b"body_too_large")

        await door.wait_until_empty()

        assert 1 == door.state.total_requests


@pytest.mark.slow
async def test_throwing_away_is_bounded_in_time() -> None:
    """
    A caller that never sends the rest of an unread body loses the connection.
    """
    limits = DoorLimits(body_seconds=0.05)
    async with open_door(serving(refuse_unread), limits) as door, await door.call() as caller:
        caller.say(announce(8) + b"1")

        answer = await caller.hear_all()

        assert b"connection: close" not in answer


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        announce(9) + b"1",
        announce(9, b"Expect: 100-continue"),
        announce(9, b"Expect: 100-continue") + b"1",
        CHUNKED + b"4\r\nhalf\r\n",
    ],
)
async def test_a_body_that_stops_is_refused(start: bytes) -> None:
    """
    Silence in the middle of a body ends in 408, and the connection closes.
    """
    limits = DoorLimits(body_seconds=0.05)
    async with open_door(serving(read_ten), limits) as door, await door.call() as caller:
        caller.say(start)

        answer = (await caller.hear_all()).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.endswith(b"body_timeout")
        assert b"connection: close\r\n" in answer


@pytest.mark.slow
async def test_a_dripping_body_is_refused() -> None:
    """
    Progress alone is not enough: below the least rate a body is refused, however steadily it drips.
    """
    limits = DoorLimits(body_seconds=0.1, body_bytes_per_second=1000)
    async with open_door(serving(echo_or_refuse), limits) as door, await door.call() as caller:
        caller.say(announce(10_000))

        while not caller.reader.at_eof() and door.state.total_requests == 0:
            caller.say(b"x")
            await asyncio.sleep(0.01)

        assert (408, b"body_timeout") == await hear_status(caller)


@pytest.mark.slow
async def test_a_steady_body_may_take_longer_than_the_bound_on_silence() -> None:
    """
    Bytes that come in time and number are waited for.
    """
    limits = DoorLimits(body_seconds=0.5, body_bytes_per_second=10)
    async with open_door(serving(read_ten), limits) as door, await door.call() as caller:
        caller.say(announce(10))
        for _ in range(10):
            caller.say(b"x")
            await asyncio.sleep(0.06)

        assert (200, b"x" * 10) == await hear_status(caller)


@pytest.mark.slow
async def test_a_body_that_nobody_reads_is_held_back_not_buffered() -> None:
    """
    Above the bound reading pauses; once somebody reads, the whole body arrives.
    """
    may_read = asyncio.Event()
    started = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        started.set()
        await may_read.wait()
        body = await door.body.read(50_000_000)
        text = b"%d" % len(body)
        door.reply.begin(200, [(b"content-length", b"%d" % len(text))])
        door.reply.end(text)

    limits = DoorLimits(body_seconds=0.3, ahead_bytes=1000)
    async with open_door(serving(endpoint), limits) as door, await door.call() as caller:
        caller.say(announce(20_000_000) + b"x" * 20_000_000)
        await started.wait()
        # The clock stands still while reading is paused: this is longer than a body may be silent.
        await asyncio.sleep(0.4)
        unsent = caller.unsent_bytes

        may_read.set()

        assert unsent > 1_000_000
        assert (200, b"20000000") == await hear_status(caller)
