"""How a body is asked for, bounded, refused and thrown away."""

import json

from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.vocabulary.refusal import Refusal
from tests.fakes.open_door import GET, Caller, Scope, answer_ok, echo, open_door, serving

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


async def hear_status(caller: Caller) -> tuple[int, bytes]:
    """Return status and body of the next answer."""
    head, body = await caller.hear_answer()
    return int(head.split(b" ")[1]), body


async def test_an_announced_body_above_the_limit_is_refused_unread() -> None:
    """
    The length alone decides; not one byte of the body is waited for.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(announce(11))

        assert (413, b"body_too_large") == await hear_status(caller)


async def test_chunks_above_the_limit_are_refused_while_they_come() -> None:
    """
    A chunked body is counted, and refused at the first byte too many.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(CHUNKED + b"a\r\n0123456789\r\n")
        caller.say(b"1\r\nx\r\n")

        assert (413, b"body_too_large") == await hear_status(caller)


async def test_a_body_of_exactly_the_limit_passes() -> None:
    """
    The limit is the largest body that is read.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(announce(10) + b"0123456789" + CHUNKED + b"a\r\n0123456789\r\n0\r\n\r\n")

        assert (200, b"0123456789") == await hear_status(caller)
        assert (200, b"0123456789") == await hear_status(caller)


async def test_a_connection_is_reused_after_an_error_with_the_body_read() -> None:
    """
    A refusal is an answer like any other: the connection stays.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(CHUNKED + b"a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n" + announce(2) + b"ok")

        assert (413, b"body_too_large") == await hear_status(caller)
        assert (200, b"ok") == await hear_status(caller)


async def test_a_small_unread_body_is_thrown_away_and_the_connection_kept() -> None:
    """
    An endpoint that refuses by the head alone does not cost the caller its connection.
    """
    async with open_door(serving(refuse_unread)) as door, await door.call() as caller:
        caller.say(announce(8))
        first = await hear_status(caller)
        caller.say(b"12345678" + announce(3) + b"123")

        second = await hear_status(caller)

        assert [(401, b""), (401, b"")] == [first, second]


async def test_a_large_unread_body_closes_the_connection() -> None:
    """
    Throwing away is bounded: above the bound the answer says close.
    """
    limits = DoorLimits(ahead_bytes=100)
    async with open_door(serving(refuse_unread), limits) as door, await door.call() as caller:
        caller.say(announce(101))

        answer = await caller.hear_all()

        assert b"connection: close\r\n" in answer


async def test_a_waiting_caller_is_invited_when_the_body_is_read() -> None:
    """
    `Expect: 100-continue` is answered here, and exactly once.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(announce(4, b"Expect: 100-Continue"))
        invitation = await caller.hear_until(b"\r\n\r\n")
        caller.say(b"body")

        answer = await caller.hear_answer()

        assert b"HTTP/1.1 100 Continue\r\n\r\n" == invitation
        assert answer[0].startswith(b"HTTP/1.1 200 OK")
        assert b"body" == answer[1]


async def test_a_waiting_caller_is_not_invited_to_be_refused() -> None:
    """
    Too large, or not wanted: the final answer comes without an invitation, and the connection closes.
    """
    for endpoint, status in ((read_ten, b"413"), (refuse_unread, b"401")):
        async with open_door(serving(endpoint)) as door, await door.call() as caller:
            caller.say(announce(11, b"Expect: 100-continue"))

            answer = await caller.hear_all()

            assert answer.startswith(b"HTTP/1.1 " + status)
            assert b"connection: close\r\n" in answer


async def test_an_impatient_caller_is_not_invited() -> None:
    """
    A body that comes without waiting needs no invitation.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(announce(4, b"Expect: 100-continue") + b"body")

        head, body = await caller.hear_answer()

        assert head.startswith(b"HTTP/1.1 200 OK")
        assert b"body" == body


async def test_malformed_chunks_are_refused_and_close() -> None:
    """
    A body whose end cannot be found is never followed by another request.
    """
    async with open_door(serving(read_ten)) as door, await door.call() as caller:
        caller.say(CHUNKED + b"zz\r\n" + GET)

        answer = await caller.hear_all()

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b"body_incomplete")
        assert 1 == door.state.total_requests


async def test_a_fault_in_the_body_is_answered_for_an_endpoint_that_lets_it_through() -> None:
    """
    A `Refusal` of the body that nobody catches still reaches the caller as itself.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(CHUNKED + b"zz\r\n")

        answer = await caller.hear_all()

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert "body_incomplete" == json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"]


async def test_a_request_without_a_body_reads_as_empty() -> None:
    """
    Reading what was never announced returns at once.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(GET + GET)

        assert [(200, b""), (200, b"")] == [await hear_status(caller), await hear_status(caller)]


async def test_the_same_connection_serves_both_kinds_of_body() -> None:
    """
    Counted and chunked bodies follow each other on one connection.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        for _ in range(3):
            caller.say(announce(2) + b"ab" + CHUNKED + b"2\r\ncd\r\n0\r\n\r\n")

            assert [b"ab", b"cd"] == [(await hear_status(caller))[1], (await hear_status(caller))[1]]


async def test_a_path_never_depends_on_the_body() -> None:
    """
    A body that looks like a request is a body.
    """
    inner = b"GET /admin HTTP/1.1\r\nHost: door\r\n\r\n"
    seen: list[str] = []

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        seen.append(scope["path"])
        await door.body.read(1000)
        await answer_ok(scope, door)

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(announce(len(inner)) + inner + GET)
        await caller.hear_answer()
        await caller.hear_answer()

        assert ["/", "/"] == seen
