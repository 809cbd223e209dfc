"""One call for many: nobody waits for another one, and nobody notices who leaves."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.cache.flight import BEHIND_BYTES, UNREAD_BYTES, Flight
from gateway.cache.follower import Follower
from gateway.cache.refusals import FellBehind, SharedAnswerLost
from gateway.foundation.last_tasks import LastTasks
from gateway.upstreams.refusals import UpstreamBroke
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.cache_values import USAGE, a_delta, a_stream
from tests.fakes.flights import HandSource, ReadingSink, SpyBill
from tests.fakes.virtual_time import in_virtual_time, settle_down

_MANY = 16 * 1024 * 1024


class Sharing:
    """A flight, its source, and those who listen."""

    def __init__(self, limit_bytes: int = _MANY) -> None:
        self.source = HandSource()
        self.tasks = LastTasks(self.faults.append)
        self.bills: list[SpyBill] = [SpyBill()]
        self.flight = Flight(self.bills[0], limit_bytes, 0.0)
        self.calls = 0
        self.landings = 0
        self.has_answer = asyncio.Event()
        self.has_answer.set()

    faults: list[BaseException] = []  # noqa: RUF012 - nothing ever comes here

    def begin(self) -> Follower:
        """Begin the call; return the one who began it."""
        first = self.flight.join(self.bills[0])
        self.flight.begin(self._fetch, self.tasks, self._land)
        return first

    def join(self) -> Follower:
        """Let one more listen."""
        self.bills.append(SpyBill())
        return self.flight.join(self.bills[-1])

    async def _fetch(self) -> HandSource:
        self.calls += 1
        await self.has_answer.wait()
        return self.source

    def _land(self) -> None:
        self.landings += 1


def _listen(follower: Follower, sink: ReadingSink) -> "asyncio.Task[None]":
    async def listen() -> None:
        try:
            await follower.begun()
            await follower.pour(sink)
        finally:
            follower.close()

    return asyncio.ensure_future(listen())


def _events(frames: list[Frame]) -> list[bytes]:
    return [frame.raw for frame in frames]


def _big(size: int = UNREAD_BYTES) -> Frame:
    return Frame(FrameKind.DELTA, b"x" * size)


@in_virtual_time
async def test_everyone_gets_the_whole_answer_whenever_they_join() -> None:
    """
    Before it begins, in its middle, and after its last frame.
    """
    sharing, frames = Sharing(), a_stream("a", "b", "c")
    sinks = [ReadingSink() for _ in range(4)]
    tasks = [_listen(sharing.begin(), sinks[0]), _listen(sharing.join(), sinks[1])]
    await settle_down()
    sharing.source.give(frames[0])
    await settle_down()
    tasks.append(_listen(sharing.join(), sinks[2]))
    await settle_down()
    assert _events(frames[:1]) == sinks[2].events
    late = sharing.join()
    sharing.source.give(*frames[1:])
    await settle_down()
    tasks.append(_listen(late, sinks[3]))

    await asyncio.gather(*tasks)

    assert 1 == sharing.calls
    assert all(_events(frames) == sink.events for sink in sinks)
    assert sharing.source.is_closed
    assert 1 == sharing.landings
    assert sharing.flight.is_whole


@in_virtual_time
async def test_whoever_leaves_is_missed_by_nobody() -> None:
    """
    Not even the one who began it, and not half-way.
    """
    sharing, frames = Sharing(), a_stream("a", "b", "c")
    first, second = ReadingSink(), ReadingSink()
    leaver, stayer = _listen(sharing.begin(), first), _listen(sharing.join(), second)
    await settle_down()
    sharing.source.give(*frames[:2])
    await settle_down()

    leaver.cancel()
    await settle_down()
    sharing.source.give(*frames[2:])
    await stayer

    assert _events(frames) == second.events
    assert _events(frames[:2]) == first.events
    assert 1 == sharing.calls


@in_virtual_time
async def test_leaving_before_the_answer_begins_is_leaving_too() -> None:
    """
    The call was made for all of them.
    """
    sharing = Sharing()
    sharing.has_answer.clear()
    sink = ReadingSink()
    leaver, stayer = _listen(sharing.begin(), ReadingSink()), _listen(sharing.join(), sink)
    await settle_down()

    leaver.cancel()
    sharing.has_answer.set()
    sharing.source.give(*a_stream())
    await stayer

    assert _events(a_stream()) == sink.events
    assert 1 == sharing.calls


@in_virtual_time
async def test_the_last_one_to_leave_ends_the_call() -> None:
    """
    At once, whether it had begun or not.
    """
    for has_begun in (True, False):
        sharing = Sharing()
        if not has_begun:
            sharing.has_answer.clear()
        tasks = [_listen(sharing.begin(), ReadingSink()), _listen(sharing.join(), ReadingSink())]
        await settle_down()
        sharing.source.give(a_delta())
        await settle_down()

        for task in tasks:
            task.cancel()
        await settle_down()

        assert sharing.source.is_closed is has_begun
        assert isinstance(sharing.flight.failure, SharedAnswerLost)
        assert 1 == sharing.landings


@in_virtual_time
async def test_leaving_with_the_last_frame_ends_nothing() -> None:
    """
    Whoever has the whole answer leaves before the call has returned; the answer is whole all the same.
    """
    sharing = Sharing()
    first = sharing.begin()
    await settle_down()

    assert not sharing.flight.take(a_stream())
    first.close()
    sharing.source.finish()
    await settle_down()

    assert (True, None, 1) == (sharing.flight.is_over, sharing.flight.failure, sharing.landings)
    assert [] == sharing.bills[0].heirs


@in_virtual_time
async def test_the_bill_passes_on_with_the_call() -> None:
    """
    To the one who listens longest, as often as it has to; whoever stays out of it pays nothing.
    """
    sharing = Sharing()
    tasks = [_listen(sharing.begin(), ReadingSink())]
    tasks += [_listen(sharing.join(), ReadingSink()) for _ in range(3)]
    await settle_down()
    sharing.source.give(a_delta())
    await settle_down()

    tasks[2].cancel()
    await settle_down()
    tasks[0].cancel()
    await settle_down()
    tasks[1].cancel()
    await settle_down()
    sharing.source.give(*a_stream())
    await tasks[3]

    bills = sharing.bills
    assert [[bills[1], bills[3]], [], [], []] == [bill.heirs for bill in bills]
    assert [None, None, None, USAGE] == [bill.usage for bill in bills]


@in_virtual_time
async def test_an_heir_that_leaves_in_the_same_moment_pays_for_all_that_came() -> None:
    """
    It has read nothing of it, and nobody is left to pass the bill on to.
    """
    sharing = Sharing()
    first = sharing.begin()
    await settle_down()
    sharing.source.give(a_delta(), a_delta(), a_delta())
    await settle_down()
    heir = sharing.join()

    first.close()
    heir.close()
    await settle_down()

    assert [sharing.bills[1]] == sharing.bills[0].heirs
    assert [(0, False), (3, True)] == [(bill.deltas, bill.is_over) for bill in sharing.bills]


@in_virtual_time
async def test_what_was_reported_already_is_told_to_the_heir() -> None:
    """
    The usage may come before the last frame.
    """
    sharing = Sharing()
    leaver = _listen(sharing.begin(), ReadingSink())
    stayer = _listen(sharing.join(), ReadingSink())
    await settle_down()
    sharing.source.give(a_delta("", "stop"))
    await settle_down()

    leaver.cancel()
    await settle_down()

    assert USAGE == sharing.bills[1].usage
    stayer.cancel()


@in_virtual_time
async def test_a_slow_reader_does_not_slow_the_others() -> None:
    """
    It is given what it missed as long as that is little, and then an error of its own.
    """
    sharing = Sharing(limit_bytes=UNREAD_BYTES)
    slow, fast = ReadingSink(reads=False), ReadingSink()
    slow_task, fast_task = _listen(sharing.begin(), slow), _listen(sharing.join(), fast)
    await settle_down()
    count = BEHIND_BYTES // UNREAD_BYTES + 2
    for number in range(count):
        sharing.source.give(_big())
        await settle_down()
        assert not sharing.source.is_held
        assert number + 1 == len(fast.frames)

    sharing.source.give(*a_stream())
    await fast_task
    slow.may_read.set()

    with pytest.raises(FellBehind):
        await slow_task
    assert count + len(a_stream()) == len(fast.frames)
    assert 1 == len(slow.frames)
    assert [sharing.bills[1]] == sharing.bills[0].heirs


@in_virtual_time
async def test_a_slow_reader_who_is_not_far_behind_catches_up() -> None:
    """
    Nothing is lost for it.
    """
    sharing = Sharing()
    slow, fast = ReadingSink(reads=False), ReadingSink()
    tasks = [_listen(sharing.begin(), slow), _listen(sharing.join(), fast)]
    await settle_down()
    for frame in a_stream("a", "b"):
        sharing.source.give(frame)
        await settle_down()

    slow.may_read.set()
    await asyncio.gather(*tasks)

    assert fast.events == slow.events


@in_virtual_time
async def test_whoever_joins_late_has_not_been_slow() -> None:
    """
    What came before is kept, however much it is, so nobody has to be let go of.
    """
    sharing = Sharing()
    first, late = ReadingSink(), ReadingSink()
    tasks = [_listen(sharing.begin(), first)]
    await settle_down()
    for _ in range(BEHIND_BYTES // UNREAD_BYTES + 2):
        sharing.source.give(_big())
        await settle_down()
    joined = sharing.join()
    sharing.source.give(*a_stream())
    await settle_down()
    tasks.append(_listen(joined, late))

    await asyncio.gather(*tasks)

    assert first.events == late.events


class _Hesitant(ReadingSink):
    """A sink that has to be waited for each time, though never long."""

    def take(self, frames: Sequence[Frame]) -> bool:
        """Keep a batch, and want to be asked."""
        super().take(frames)
        return False


@in_virtual_time
async def test_no_more_than_allowed_is_kept_for_a_slow_reader_where_the_others_hesitate() -> None:
    """
    The others read all the same, though not in the turn in which a frame comes.
    """
    sharing = Sharing(limit_bytes=UNREAD_BYTES)
    slow, hesitant = ReadingSink(reads=False), _Hesitant()
    tasks = [_listen(sharing.begin(), slow), _listen(sharing.join(), hesitant)]
    await settle_down()
    for _ in range(20):
        sharing.source.give(_big())
        await settle_down()
        recording = sharing.flight.recording
        assert (recording.end - recording.first) * UNREAD_BYTES <= BEHIND_BYTES + 2 * UNREAD_BYTES

    slow.may_read.set()
    sharing.source.give(*a_stream())
    told = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(told[0], FellBehind)
    assert 20 + len(a_stream()) == len(hesitant.frames)


@in_virtual_time
async def test_where_all_are_slow_nobody_is_let_go_of() -> None:
    """
    They are as far as each other, and the upstream waits.
    """
    sharing = Sharing(limit_bytes=UNREAD_BYTES)
    sinks = [ReadingSink(reads=False), ReadingSink(reads=False)]
    tasks = [_listen(sharing.begin(), sinks[0]), _listen(sharing.join(), sinks[1])]
    await settle_down()
    for _ in range(4):
        sharing.source.give(_big())
        await settle_down()
    sharing.source.give(*a_stream())
    for sink in sinks:
        sink.may_read.set()

    await asyncio.gather(*tasks)

    assert [4 + len(a_stream())] * 2 == [len(sink.frames) for sink in sinks]


@in_virtual_time
async def test_the_upstream_waits_only_when_everybody_is_slow() -> None:
    """
    And goes on as soon as one of them reads.
    """
    sharing = Sharing()
    sinks = [ReadingSink(reads=False), ReadingSink(reads=False)]
    tasks = [_listen(sharing.begin(), sinks[0]), _listen(sharing.join(), sinks[1])]
    await settle_down()
    sharing.source.give(_big())
    await settle_down()
    assert not sharing.source.is_held
    sharing.source.give(_big(UNREAD_BYTES + 1))
    await settle_down()
    assert sharing.source.is_held

    sinks[1].may_read.set()
    await settle_down()

    assert not sharing.source.is_held
    for task in tasks:
        task.cancel()


@in_virtual_time
async def test_when_all_slow_readers_leave_the_call_ends() -> None:
    """
    Also where the upstream waits for them.
    """
    sharing = Sharing()
    task = _listen(sharing.begin(), ReadingSink(reads=False))
    await settle_down()
    sharing.source.give(_big())
    await settle_down()
    sharing.source.give(_big(UNREAD_BYTES + 1))
    await settle_down()
    assert sharing.source.is_held

    task.cancel()
    await settle_down()

    assert sharing.source.is_closed


@in_virtual_time
async def test_a_failure_is_told_to_everyone() -> None:
    """
    Before the answer begins or in its middle, after what came before it.
    """
    for has_begun in (True, False):
        sharing = Sharing()
        sinks = [ReadingSink(), ReadingSink()]
        tasks = [_listen(sharing.begin(), sinks[0]), _listen(sharing.join(), sinks[1])]
        await settle_down()
        if has_begun:
            sharing.source.give(a_delta())
            await settle_down()

        sharing.source.finish(UpstreamBroke("It broke."))
        told = await asyncio.gather(*tasks, return_exceptions=True)

        assert all(isinstance(one, UpstreamBroke) for one in told)
        assert [has_begun, has_begun] == [bool(sink.frames) for sink in sinks]


@in_virtual_time
async def test_one_who_objects_to_a_frame_objects_alone() -> None:
    """
    What a stage of one exchange refuses is that exchange's own affair.
    """
    sharing = Sharing()
    sink = ReadingSink()
    objecting = _listen(sharing.begin(), _Objecting())
    listening = _listen(sharing.join(), sink)
    await settle_down()

    sharing.source.give(*a_stream())
    await listening

    assert _events(a_stream()) == sink.events
    with pytest.raises(Refusal):
        await objecting


class _Objecting(ReadingSink):
    """A sink that wants none of it."""

    def take(self, frames: object) -> bool:  # noqa: ARG002 - whatever they are
        """Refuse."""
        raise Refusal("not this")


@in_virtual_time
async def test_an_answer_that_is_too_long_is_not_whole_and_takes_no_more_room_than_allowed() -> None:
    """
    What everybody has is let go of.
    """
    sharing = Sharing(limit_bytes=100_000)
    sink = ReadingSink()
    task = _listen(sharing.begin(), sink)
    await settle_down()
    for _ in range(10):
        sharing.source.give(_big(50_000))
        await settle_down()

    assert not sharing.flight.is_whole
    assert sharing.flight.recording.first == sharing.flight.recording.end
    sharing.source.give(*a_stream())
    await task
    assert 10 + len(a_stream()) == len(sink.frames)
