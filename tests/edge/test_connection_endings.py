"""The connection over real sockets: how an exchange, a connection and a server end."""

import asyncio
import contextlib
import gc
import json
import weakref

import pytest

from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from tests.fakes.open_door import GET, Scope, answer_ok, open_door, serving


def get(path: bytes, *fields: bytes, version: bytes = b"1.1") -> bytes:
    """Return a request for this path."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"GET %b HTTP/%b\r\nHost: door\r\n%b\r\n" % (path, version, lines)


async def stream_and_abort(scope: Scope, door: DoorExtension) -> None:
    """Stream a piece and a last word, then cut."""
    door.reply.begin(200, [])
    await door.reply.write(b"one")
    await door.reply.write(b"last word")
    door.reply.abort()


async def test_an_aborted_stream_has_no_end() -> None:
    """
    What was written still arrives, but never the last chunk.
    """
    async with open_door(serving(stream_and_abort)) as door, await door.call() as caller:
        caller.say(GET)

        answer = await caller.hear_all()

        assert answer.endswith(b"\r\n\r\n3\r\none\r\n9\r\nlast word\r\n")


async def test_an_abort_does_not_wait_for_a_full_pipe() -> None:
    """
    When the caller does not read, cutting means now.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [])
        writing = asyncio.ensure_future(door.reply.write(b"x" * 20_000_000))
        await asyncio.sleep(0)
        door.reply.abort()
        writing.cancel()

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.say(GET)

        await door.wait_until_served(1)
        await door.wait_until_empty()

        assert [] == door.errors


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
    A connection on which an answer was given and nothing runs is closed.
    """
    async with open_door(serving(answer_ok)) as door, await door.call() as idle:
        idle.say(GET)
        await idle.hear_answer()

        door.shut_connections()

        assert b"" == await idle.hear_all()


async def test_answers_of_a_house_that_will_close_are_the_last_of_their_connections() -> None:
    """
    So a balancer throws its kept connections away before they are closed under a request of its own.
    """
    async with (
        open_door(serving(answer_ok)) as door,
        await door.call() as before,
        await door.call() as new,
    ):
        before.say(GET)
        kept, _ = await before.hear_answer()

        door.is_open = False
        before.say(GET)
        new.say(GET)
        answers = [await before.hear_all(), await new.hear_all()]

    assert b"connection: close" not in kept
    assert [True, True] == [b"connection: close\r\n" in answer for answer in answers]


async def test_who_has_only_just_connected_is_served_in_a_shutdown() -> None:
    """
    Its request may be on the way already: it is answered once, and then the connection closes.
    """
    async with (
        open_door(serving(answer_ok)) as door,
        await door.call() as silent,
        await door.call() as half,
    ):
        half.say(GET[:10])
        await door.wait_until_connected(2)

        door.shut_connections()
        silent.say(GET)
        half.say(GET[10:])
        answers = [await silent.hear_all(), await half.hear_all()]

    assert [True, True] == [b"connection: close\r\n" in answer for answer in answers]
    assert [True, True] == [answer.endswith(b"\r\n\r\n/") for answer in answers]


async def test_who_connected_and_says_nothing_is_not_waited_for_long() -> None:
    """
    The last call is short, also for half a head.
    """
    limits = DoorLimits(last_call_seconds=0.05)
    async with (
        open_door(serving(answer_ok), limits) as door,
        await door.call() as silent,
        await door.call() as half,
    ):
        half.say(b"GET / HT")
        await door.wait_until_connected(2)

        door.shut_connections()

        assert (b"", b"") == (await silent.hear_all(), await half.hear_all())


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


async def test_a_lost_connection_is_freed_without_the_garbage_collector() -> None:
    """
    No ring of references is left behind: memory falls back as callers go, not when a collection comes.
    """
    kept: list[weakref.ref[object]] = []

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        kept.append(weakref.ref(door))
        task = asyncio.current_task()
        assert task is not None
        door.on_gone(task.cancel)
        door.reply.begin(200, [])
        await door.reply.write(b"one")
        # A cancellation let through would keep the frame, and with it everything, in the task.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.get_running_loop().create_future()

    gc.disable()
    try:
        async with open_door(serving(endpoint)) as door:
            async with await door.call() as caller:
                caller.say(GET)
                await caller.hear_until(b"one")
                kept += [weakref.ref(connection) for connection in door.state.connections]
            await door.wait_until_empty()
            await asyncio.sleep(0)

            assert 2 == len(kept)
            assert [None, None] == [reference() for reference in kept]
    finally:
        gc.enable()
