"""The connection over real sockets: one exchange after another, their framing and their ends."""

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
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


async def stream_and_abort(scope: Scope, door: DoorExtension) -> None:
    """Stream a piece and a last word, then cut."""
    door.reply.begin(200, [])
    await door.reply.write(b"one")
    await door.reply.write(b"last word")
    door.reply.abort()


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


async def test_an_aborted_stream_has_no_end() -> None:
    """
    What was written still arrives, but never the last chunk.
    """
    async with open_door(serving(stream_and_abort)) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        assert answer.endswith(b"\r\n\r\n3\r\none\r\n9\r\nlast word\r\n")


async def test_an_aborted_stream_to_http_1_0_is_reset() -> None:
    """
    Where the close is the end of the body, only a reset can say that it is not.
    """
    async with open_door(serving(stream_and_abort)) as door, await door.call() as caller:
        caller.say(get(b"/", version=b"1.0"))

        with pytest.raises(ConnectionResetError):
            await caller.hear_all()


@pytest.mark.parametrize(("length", "body"), [(b"5", b"four"), (b"3", b"four")])
async def test_a_body_unlike_its_length_is_cut_and_reported(length: bytes, body: bytes) -> None:
    """
    A wrong content-length never leaves a connection on which the next answer is misread.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [(b"content-length", length)])
        door.reply.end(body)

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET + GET)

        await caller.hear_all()

        await door.wait_until_empty()
        assert [RuntimeError] == [type(error) for error in door.errors]
        assert 1 == door.state.total_requests


async def test_a_failing_endpoint_is_answered_for() -> None:
    """
    The caller gets a typed 500 without the exception's words; the words go to `on_error`.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        raise LookupError("private words")

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
        assert b"x-request-id: req_" in head
        assert "internal_error" == json.loads(body)["error"]["code"]
        assert b"private" not in answer
        assert ["private words"] == [str(error) for error in door.errors]


async def test_an_endpoint_that_says_nothing_is_answered_for() -> None:
    """
    A reply that never began becomes a 500, not a hanging caller.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [])

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        assert answer.startswith(b"HTTP/1.1 500 ")


async def test_a_failure_in_mid_stream_cuts_the_body() -> None:
    """
    After the first byte there is no 500 any more, and no end either.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [])
        await door.reply.write(b"one")
        raise LookupError

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        assert answer.endswith(b"3\r\none\r\n")


async def test_a_cancelled_task_leaves_no_hanging_connection() -> None:
    """
    A task cancelled before its first step still ends its exchange.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as caller:
        await door.wait_until_connected(1)
        (connection,) = door.state.connections
        connection.data_received(GET)
        (task,) = door.state.tasks

        task.cancel()

        assert b"" == await caller.hear_all()
        await door.wait_until_empty()


async def test_a_shutdown_closes_the_idle_at_once() -> None:
    """
    A connection on which nothing runs is closed, also with half a head.
    """
    async with (
        open_door(serving(answer_ok)) as door,
        await door.call() as idle,
        await door.call() as half,
    ):
        half.say(b"GET / HT")
        idle.say(GET)
        await idle.hear_answer()
        await door.wait_until_connected(2)

        door.shut_connections()

        assert (b"", b"") == (await idle.hear_all(), await half.hear_all())


async def test_a_shutdown_lets_the_running_exchange_finish() -> None:
    """
    A running answer is completed and says that the connection closes; what was sent ahead is not served.
    """
    may_answer = asyncio.Event()
    started = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        started.set()
        await may_answer.wait()
        await answer_ok(scope, door)

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(get(b"/first") + get(b"/second"))
        await started.wait()

        door.shut_connections()
        may_answer.set()
        answer = await caller.hear_all()

        assert b"connection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\n/first")


async def test_a_shutdown_in_mid_stream_lets_the_stream_end() -> None:
    """
    A stream that promised keep-alive before the shutdown still ends properly, then closes.
    """
    may_end = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [])
        await door.reply.write(b"one")
        await may_end.wait()
        door.reply.end()

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_until(b"one\r\n")

        door.shut_connections()
        may_end.set()

        assert b"0\r\n\r\n" == await caller.hear_all()


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


async def test_connections_without_number_leave_nothing_behind() -> None:
    """
    Uvicorn's sets of connections and tasks are empty once everyone has gone.
    """
    async with open_door(serving(answer_ok), DoorLimits()) as door:
        for _ in range(20):
            async with await door.call() as caller:
                caller.say(GET)
                await caller.hear_answer()

        await door.wait_until_empty()

        assert 20 == door.state.total_requests
