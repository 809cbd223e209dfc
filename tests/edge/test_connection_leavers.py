"""A caller who leaves is noticed at once, whatever its exchange is doing."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.edge.caller_reply import CallerGone
from gateway.edge.door_extension import DoorExtension
from gateway.edge.door_limits import DoorLimits
from gateway.edge.request_body import BodyIncomplete
from tests.fakes.open_door import GET, Caller, Cancellable, Endpoint, Scope, answer_ok, open_door, serving

WAYS_OUT: list[Callable[[Caller], None]] = [Caller.leave, Caller.half_close, Caller.reset]
POST_HALF = b"POST / HTTP/1.1\r\nHost: door\r\nContent-Length: 10\r\n\r\nhalf"
POST_CHUNKED_HALF = b"POST / HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"


async def read_body(scope: Scope, door: DoorExtension) -> None:
    """Wait for the body."""
    await door.body.read(1_000_000)


async def stream_one_frame(scope: Scope, door: DoorExtension) -> None:
    """Send the first piece of an endless answer."""
    door.reply.begin(200, [])
    await door.reply.write(b"frame")


async def fill_the_pipe(scope: Scope, door: DoorExtension) -> None:
    """Write until the write waits, and for ever after."""
    door.reply.begin(200, [])
    while True:
        await door.reply.write(b"x" * 65536)


async def wait_for_the_answer(scope: Scope, door: DoorExtension) -> None:
    """Do nothing, as one who waits for an upstream."""


@pytest.mark.parametrize("way_out", WAYS_OUT)
@pytest.mark.parametrize(
    ("request_bytes", "stage"),
    [
        (GET, wait_for_the_answer),
        (POST_HALF, read_body),
        (POST_CHUNKED_HALF, read_body),
        (POST_HALF, wait_for_the_answer),
        (GET, stream_one_frame),
        (GET + GET, wait_for_the_answer),
        (GET + b"GET / HT", stream_one_frame),
    ],
    ids=[
        "waiting for an upstream",
        "waiting for the body",
        "waiting for chunks",
        "with half a body unread",
        "between frames",
        "with a pipelined request",
        "with half a pipelined request",
    ],
)
async def test_a_leaver_is_told_once_and_cancels_its_exchange(
    way_out: Callable[[Caller], None],
    request_bytes: bytes,
    stage: Endpoint,
) -> None:
    """
    Leaving, half-closing and resetting all cancel the exchange, at every stage, exactly once.
    """
    endpoint = Cancellable(stage)
    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(request_bytes)
        await endpoint.started.wait()
        await asyncio.sleep(0)

        way_out(caller)
        await endpoint.wait_until_cancelled()

        await door.wait_until_empty()
        assert 1 == endpoint.calls
        assert [] == door.errors


@pytest.mark.parametrize("way_out", WAYS_OUT)
async def test_a_leaver_is_noticed_in_a_blocked_write(way_out: Callable[[Caller], None]) -> None:
    """
    A writer who waits for a full pipe is cancelled, and what is unsent is dropped at once.
    """
    endpoint = Cancellable(fill_the_pipe)
    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.say(GET)
        await door.wait_until_congested()

        way_out(caller)
        await endpoint.wait_until_cancelled()

        await door.wait_until_empty()
        assert 1 == endpoint.calls


async def test_a_late_listener_is_told_at_once() -> None:
    """
    Whoever asks after the caller left is called before `on_gone` returns.
    """
    told: list[str] = []
    finished = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        with pytest.raises(BodyIncomplete):
            await door.body.read(100)
        door.on_gone(lambda: told.append("late"))
        finished.set()

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(POST_HALF)
        caller.leave()

        await asyncio.wait_for(finished.wait(), 5)

        assert ["late"] == told


async def test_nothing_is_streamed_to_one_who_left() -> None:
    """
    After the caller left `write` raises, and `begin`, `end` and `abort` do nothing.
    """
    raised: list[type[BaseException]] = []
    finished = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        gone = asyncio.Event()
        door.on_gone(gone.set)
        await gone.wait()
        door.reply.begin(200, [])
        try:
            await door.reply.write(b"x")
        except CallerGone as error:
            raised.append(type(error))
        door.reply.end()
        door.reply.abort()
        finished.set()

    async with open_door(serving(endpoint)) as door, await door.call() as caller:
        caller.say(GET)
        caller.leave()

        await asyncio.wait_for(finished.wait(), 5)

        assert [CallerGone] == raised


async def test_after_a_proper_end_nobody_is_told() -> None:
    """
    A caller who has its whole answer may go without cancelling what its exchange still tidies up.
    """
    told: list[str] = []
    may_finish = asyncio.Event()
    finished = asyncio.Event()

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.on_gone(lambda: told.append("gone"))
        await answer_ok(scope, door)
        await may_finish.wait()
        finished.set()

    async with open_door(serving(endpoint)) as door:
        async with await door.call() as caller:
            caller.say(GET)
            await caller.hear_answer()
        await door.wait_until_no_connections()

        may_finish.set()
        await asyncio.wait_for(finished.wait(), 5)

        assert [] == told


async def test_a_caller_who_leaves_between_requests_disturbs_nobody() -> None:
    """
    An idle connection is closed without an error and without a task.
    """
    async with open_door(serving(answer_ok)) as door:
        async with await door.call() as caller:
            caller.say(GET)
            await caller.hear_answer()

        await door.wait_until_empty()

        assert [] == door.errors


async def test_a_flood_of_early_bytes_counts_as_leaving() -> None:
    """
    More than the bound sent ahead while an exchange runs cuts the connection, rather than hide the leaver.
    """
    endpoint = Cancellable()
    limits = DoorLimits(ahead_bytes=1000)
    async with open_door(serving(endpoint), limits) as door, await door.call() as caller:
        caller.say(GET)
        await endpoint.started.wait()

        caller.say(b"x" * 1001)
        await endpoint.wait_until_cancelled()

        await door.wait_until_empty()
        assert 1 == endpoint.calls


@pytest.mark.slow
async def test_a_caller_who_stops_reading_counts_as_gone() -> None:
    """
    A write blocked for longer than the stall bound ends the exchange; nothing waits for ever.
    """
    endpoint = Cancellable(fill_the_pipe)
    limits = DoorLimits(write_stall_seconds=0.1)
    async with open_door(serving(endpoint), limits) as door, await door.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.say(GET)

        await endpoint.wait_until_cancelled()

        assert 1 == endpoint.calls


@pytest.mark.slow
async def test_a_slow_reader_is_borne_with() -> None:
    """
    A caller who takes some bytes within every stall bound gets the whole answer.
    """
    size = 8_000_000

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [(b"content-length", b"%d" % size)])
        door.reply.end(b"x" * size)

    limits = DoorLimits(write_stall_seconds=0.2, keep_alive_seconds=0.2)
    async with open_door(serving(endpoint), limits) as door, await door.call() as caller:
        caller.say(GET)
        await caller.hear_until(b"\r\n\r\n")
        heard = 0

        while heard < size:
            heard += len(await caller.hear(min(1_000_000, size - heard)))
            await asyncio.sleep(0.05)

        assert size == heard


@pytest.mark.slow
async def test_a_stuck_reader_of_a_whole_answer_is_dropped() -> None:
    """
    An answer that ended but is never taken does not keep its connection.
    """

    async def endpoint(scope: Scope, door: DoorExtension) -> None:
        door.reply.begin(200, [])
        door.reply.end(b"x" * 20_000_000)

    limits = DoorLimits(write_stall_seconds=0.1)
    async with open_door(serving(endpoint), limits) as door, await door.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]
        caller.say(GET)
        await door.wait_until_served(1)

        await door.wait_until_empty()

        assert [] == door.errors
