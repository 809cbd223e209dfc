"""One who listens gets every frame once, in order, however its reading and the writing interleave."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cache.flight import Flight
from gateway.cache.follower import Follower
from gateway.wire.frames import DONE
from tests.fakes.cache_values import a_delta
from tests.fakes.flights import ReadingSink, SpyBill
from tests.fakes.virtual_time import VirtualTimeLoop, in_virtual_time, settle_down

_STEPS = st.lists(st.sampled_from(["frame", "two", "join", "stop", "read"]), max_size=14)


async def _run(steps: list[str]) -> tuple[list[bytes], list[list[bytes]]]:
    flight = Flight(SpyBill(), 10**9, 0.0)
    written: list[bytes] = []
    sinks: list[ReadingSink] = []
    tasks: list[asyncio.Task[None]] = []

    def join() -> None:
        follower: Follower = flight.join(SpyBill())
        sinks.append(ReadingSink())
        tasks.append(asyncio.ensure_future(follower.pour(sinks[-1])))

    join()
    for step in [*steps, "read"]:
        if step in ("frame", "two"):
            frames = [a_delta(str(len(written) + more)) for more in range(1 if step == "frame" else 2)]
            written.extend(frame.raw for frame in frames)
            flight.take(frames)
        elif step == "join":
            join()
        else:
            for sink in sinks:
                (sink.may_read.clear if step == "stop" else sink.may_read.set)()
        await settle_down()
    flight.take([DONE])
    flight.is_over = True
    for follower in tuple(flight._followers):
        follower.wake()
    await asyncio.gather(*tasks)
    return [*written, DONE.raw], [sink.events for sink in sinks]


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_every_listener_gets_every_frame_once_and_in_order(steps: list[str]) -> None:
    """
    Joining late, reading late, one frame at a time or several.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        written, heard = runner.run(_run(steps))

    assert all(written == one for one in heard)


@in_virtual_time
async def test_whoever_is_given_frames_as_they_come_has_read_them() -> None:
    """
    Until its sink takes no more; what comes then is unread.
    """
    flight, sink = Flight(SpyBill(), 10**9, 0.0), ReadingSink()
    follower = flight.join(SpyBill())
    pouring = asyncio.ensure_future(follower.pour(sink))
    await settle_down()
    flight.take([a_delta("one")])
    read = flight.size_bytes
    assert (1, read) == (follower.position, follower.read_bytes)

    sink.may_read.clear()
    flight.take([a_delta("two")])
    flight.take([a_delta("three")])

    assert (2, 2 * read) == (follower.position, follower.read_bytes)
    assert 2 == len(sink.frames)
    pouring.cancel()
