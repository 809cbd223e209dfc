"""The connection over real sockets: one exchange after another, their framing and their ends."""

import asyncio
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from gateway.edge.door_extension import DoorExtension
from tests.fakes.open_door import GET, Scope, answer_ok, echo, open_door, serving


def post(body: bytes, *fields: bytes) -> bytes:
    """Return a request with this body and these further fields."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"POST /x HTTP/1.1\r\nHost: door\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), lines, body)


def get(path: bytes, *fields: bytes, version: bytes = b"1.1") -> bytes:
    """Return a request for this path."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"GET %b HTTP/%b\r\nHost: door\r\n%b\r\n" % (path, version, lines)


async def stream_two(scope: Scope, door: DoorExtension) -> None:
    """Stream two pieces without naming a length."""
    door.reply.begin(200, [(b"content-type", b"text/event-stream")])
    await door.reply.write(b"one")
    await door.reply.write(b"")
    door.reply.end(b"two!")


async def test_a_request_is_answered_in_one_write() -> None:
    """
    An endpoint that uses the extension answers a plain GET, with a date and no server name.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(GET)

        packet = await caller.reader.read(65536)

        assert packet.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ndate: ")
        assert packet.endswith(b" GMT\r\n\r\n/")
        assert b"server" not in packet


async def test_one_connection_serves_many_requests() -> None:
    """
    After a normal end the same connection takes the next request.
    """
    async with open_door(serving(echo)) as door, await door.call() as caller:
        for text in (b"one", b"", b"three"):
            caller.say(post(text))

            _, body = await caller.hear_answer()

            assert text == body
        assert 1 == len(door.state.connections)
        assert 3 == door.state.total_requests


async def test_a_chunked_body_is_read_and_the_connection_reused() -> None:
    """
    Chunks, extensions and trailers give the plain body, and the next request is found behind them.
    """
    chunked = (
        b"POST /x HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;a=b\r\none\r\n3\r\ntwo\r\n0\r\nTrailer: x\r\n\r\n"
    )
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(chunked + post(b"next"))

        _, first = await caller.hear_answer()
        _, second = await caller.hear_answer()

        assert (b"onetwo", b"next") == (first, second)


async def test_pipelined_requests_are_answered_in_order_one_at_a_time() -> None:
    """
    What is sent ahead waits until the exchange before it has ended.
    """
    running: list[int] = []
    most: list[int] = []

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        running.append(1)
        most.append(len(running))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.pop()
        await answer_ok(scope, door)

    paths = [b"/%d" % number for number in range(8)]
    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(b"".join(get(path) for path in paths))

        answers = [(await caller.hear_answer())[1] for _ in paths]

        assert paths == answers
        assert 1 == max(most)


async def test_a_stream_is_chunked_and_properly_ended() -> None:
    """
    A reply of unknown length is chunked; an empty write is no chunk, because that would be the end.
    """
    async with open_door(serving(stream_two)) as door, await door.call() as caller:
        caller.say(GET)

        head, body = await caller.hear_answer()

        assert b"transfer-encoding: chunked\r\n" in head
        assert b"3\r\none\r\n4\r\ntwo!\r\n0\r\n\r\n" == body


async def test_http_1_0_gets_its_stream_until_the_close() -> None:
    """
    An old caller understands no chunks: its body ends with the connection.
    """
    async with open_door(serving(stream_two)) as door, await door.call() as caller:
        caller.say(get(b"/", b"Connection: keep-alive", version=b"1.0"))

        answer = await caller.hear_all()

        assert b"transfer-encoding" not in answer
        assert b"connection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\nonetwo!")


async def test_http_1_0_may_keep_a_connection_alive() -> None:
    """
    With a length, and asked to stay, the connection stays and says so.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        for _ in range(2):
            caller.say(get(b"/", b"Connection: keep-alive", version=b"1.0"))

            head, _ = await caller.hear_answer()

            assert b"connection: keep-alive\r\n" in head


async def test_a_caller_who_asks_to_close_is_closed_on() -> None:
    """
    `Connection: close` is answered and obeyed.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(get(b"/", b"Connection: close"))

        answer = await caller.hear_all()

        assert b"connection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\n/")


async def test_a_head_request_gets_no_body() -> None:
    """
    The length stands in the head, and the connection is good for the next request.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        caller.say(b"HEAD / HTTP/1.1\r\nHost: door\r\n\r\n" + get(b"/next"))

        head = await caller.hear_until(b"\r\n\r\n")
        _, body = await caller.hear_answer()

        assert b"content-length: 1\r\n" in head
        assert b"/next" == body


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=some.lists(some.integers(1, 260), max_size=6), chunked=some.booleans())
async def test_any_split_of_the_bytes_is_the_same_two_requests(cuts: list[int], chunked: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """
    However a request and the one behind it are cut into packets, both are answered alike.
    """
    first = post(b"\r\n\r\nbody")
    if chunked:
        first = (
            b"POST /x HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"4\r\n\r\n\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        )
    stream = first + post(b"second")
    edges = [0, *sorted({cut for cut in cuts if cut < len(stream)}), len(stream)]
    async with open_door(serving(echo)) as door, await door.call() as caller:
        for start, end in pairwise(edges):
            caller.say(stream[start:end])
            await asyncio.sleep(0.001)

        _, one = await caller.hear_answer()
        _, two = await caller.hear_answer()

        assert (b"\r\n\r\nbody", b"second") == (one, two)


async def test_a_large_body_and_a_large_answer_pass_whole() -> None:
    """
    A megabyte each way, more than any buffer on the way, arrives unchanged.
    """
    body = bytes(range(256)) * 3900
    async with open_door(serving(echo)) as door, await door.call() as caller:
        caller.say(post(body))

        _, heard = await caller.hear_answer()

        assert body == heard


async def test_a_long_stream_to_a_slower_reader_arrives_whole() -> None:
    """
    Writers wait and go on as often as the pipe fills and empties.
    """
    piece = b"x" * 200_000

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [(b"content-length", b"%d" % (len(piece) * 60))])
        for _ in range(60):
            await door.reply.write(piece)
        door.reply.end()

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_until(b"\r\n\r\n")
        heard = 0

        while heard < len(piece) * 60:
            heard += len(await caller.hear(len(piece)))

        assert len(piece) * 60 == heard
