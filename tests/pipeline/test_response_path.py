"""The way back, whole and streamed."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.shared_alarms import SharedAlarm
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from gateway.pipeline.response_path import ResponsePath
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import DONE, Frame, FrameKind, FrameSink, Stage
from tests.fakes.builders import WHOLE_ANSWER, a_delta, an_arrival
from tests.fakes.caller_side import RecordingReply
from tests.fakes.virtual_time import LoopClock, in_virtual_time

ONE, TWO, THREE = a_delta("one"), a_delta("two"), a_delta("three")
WHOLE = Frame(FrameKind.WHOLE, WHOLE_ANSWER)


class ScriptedSource:
    """Batches of frames, then the proper end, or a refusal."""

    def __init__(self, *batches: Sequence[Frame], refusal: Refusal | None = None) -> None:
        self._batches = list(batches)
        self._refusal = refusal

    async def pour(self, sink: FrameSink) -> None:
        """Hand over batch after batch."""
        for batch in self._batches:
            if not sink.take(batch) and not await sink.ready():
                return
        await self.end()

    async def end(self) -> None:
        """Come to the end."""
        if self._refusal is not None:
            raise self._refusal

    def close(self) -> None:
        """Nothing is held."""


class SlowSource(ScriptedSource):
    """A source that is silent for so many seconds before it ends."""

    def __init__(self, *batches: Sequence[Frame], seconds: float) -> None:
        super().__init__(*batches)
        self._seconds = seconds

    async def end(self) -> None:
        """Come to the end after a silence."""
        await asyncio.sleep(self._seconds)
        await super().end()


class HoldOneBack:
    """A stage that is always one frame behind."""

    def __init__(self) -> None:
        self._held: list[Frame] = []

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Return the frame before this one."""
        if frame.kind is not FrameKind.DELTA:
            return (frame,)
        passing, self._held = self._held, [frame]
        return passing

    def finish(self) -> Sequence[Frame]:
        """Return the last one."""
        passing, self._held = self._held, []
        return passing


class Swallow:
    """A stage that lets nothing but the end pass."""

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Keep deltas."""
        return () if frame.kind is FrameKind.DELTA else (frame,)

    def finish(self) -> Sequence[Frame]:
        """Give nothing back."""
        return ()


class Patient(HoldOneBack):
    """A stage that is one frame behind, and takes three turns for one that it is fed slowly."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        super().__init__()
        self.slow = 0
        self.is_looking = asyncio.Event()
        self._refusal = refusal

    async def feed_slowly(self, frame: Frame) -> Sequence[Frame]:
        """Take some turns, or refuse."""
        self.slow += 1
        self.is_looking.set()
        for _ in range(3):
            await asyncio.sleep(0)
        if self._refusal is not None:
            raise self._refusal
        return self.feed(frame)


class HastySource(ScriptedSource):
    """A source that never asks whether there is room after what it handed over last."""

    async def pour(self, sink: FrameSink) -> None:
        """Hand over all at once."""
        (batch,) = self._batches
        sink.take(batch)


class WayBack:
    """A response path with everything around it."""

    def __init__(self, *stages: Stage, streamed: bool = True, quiet_seconds: float = 10.0) -> None:
        self.reply = RecordingReply()
        self.log = ExchangeLog(an_arrival(), LoopClock())
        self.log.streamed = streamed
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        self.heartbeat = Heartbeat(self.reply, self.log, self.tasks, SharedAlarm(quiet_seconds))
        self.path = ResponsePath(stages, self.reply, self.log, self.heartbeat)

    async def carry(self, *batches: Sequence[Frame], refusal: Refusal | None = None) -> "WayBack":
        """Carry these frames."""
        try:
            await self.path.carry(ScriptedSource(*batches, refusal=refusal))
        finally:
            self.heartbeat.stop()
        return self


@in_virtual_time
async def test_a_whole_answer_is_one_write_of_known_length() -> None:
    """
    Head and body leave together, with their length.
    """
    way = await WayBack(streamed=False).carry([WHOLE])

    assert [WHOLE_ANSWER] == way.reply.writes
    assert b"%d" % len(WHOLE_ANSWER) == way.reply.headers[b"content-length"]
    assert (200, True) == (way.reply.status, way.reply.is_ended)


@in_virtual_time
async def test_frames_that_came_together_leave_together() -> None:
    """
    One write for each batch, and the last one ends the body.
    """
    way = await WayBack().carry([ONE], [TWO, THREE], [DONE])

    assert [ONE.raw, TWO.raw + THREE.raw, DONE.raw] == way.reply.writes
    assert b"content-length" not in way.reply.headers
    assert way.reply.is_ended


@in_virtual_time
async def test_a_stream_that_came_at_once_leaves_at_once() -> None:
    """
    Content and [DONE] of one batch are one write.
    """
    way = await WayBack().carry([ONE, TWO, DONE])

    assert [ONE.raw + TWO.raw + DONE.raw] == way.reply.writes


@in_virtual_time
async def test_what_a_stage_holds_back_comes_before_the_end() -> None:
    """
    A stage that is behind is flushed before [DONE].
    """
    way = await WayBack(HoldOneBack()).carry([ONE], [TWO], [DONE])

    assert [ONE.raw, TWO.raw + DONE.raw] == way.reply.writes


@in_virtual_time
async def test_what_one_stage_gives_back_at_the_end_goes_through_the_next() -> None:
    """
    Stages stand in a row, at the end too.
    """
    way = await WayBack(HoldOneBack(), HoldOneBack()).carry([ONE], [TWO], [THREE, DONE])

    assert ONE.raw + TWO.raw + THREE.raw + DONE.raw == way.reply.body


@in_virtual_time
async def test_nothing_is_written_for_nothing() -> None:
    """
    A batch that a stage keeps for itself causes no write, and no first token.
    """
    way = WayBack(Swallow())

    await way.carry([ONE], [TWO], [DONE])

    assert [DONE.raw] == way.reply.writes
    assert 1 == way.log.frames


@in_virtual_time
async def test_frames_are_counted_as_they_pass() -> None:
    """
    The log knows how many frames the caller was sent.
    """
    way = await WayBack().carry([ONE, TWO], [THREE], [DONE])

    assert 4 == way.log.frames


@in_virtual_time
async def test_a_break_leaves_what_was_sent_and_no_end() -> None:
    """
    A source that breaks raises; the body is left open for whoever tells the caller.
    """
    way = WayBack()

    with pytest.raises(Refusal):
        await way.carry([ONE], refusal=Refusal("broke"))

    assert [ONE.raw] == way.reply.writes
    assert not way.reply.is_ended


@in_virtual_time
async def test_a_break_before_content_sends_nothing() -> None:
    """
    The status is still open then.
    """
    way = WayBack()

    with pytest.raises(Refusal):
        await way.carry(refusal=Refusal("broke"))

    assert way.reply.status is None
    assert not way.log.has_begun


@in_virtual_time
async def test_a_caller_who_left_ends_the_way() -> None:
    """
    Nothing more is read for nobody.
    """
    way = WayBack()
    way.reply.leave()

    with pytest.raises(ConnectionError):
        await way.carry([ONE], [TWO])


@in_virtual_time
async def test_a_caller_who_does_not_read_is_sent_no_signs_of_life() -> None:
    """
    While a write waits for the caller, no keep-alive queues up behind it.
    """
    way = WayBack(quiet_seconds=10.0)
    way.reply.wants_to_read.clear()
    carrying = asyncio.ensure_future(way.carry([ONE], [DONE]))

    await asyncio.sleep(35)
    way.reply.wants_to_read.set()
    await carrying

    assert [ONE.raw, DONE.raw] == way.reply.writes


@in_virtual_time
async def test_after_a_held_up_write_the_signs_of_life_go_on() -> None:
    """
    Reading again starts the quiet time anew.
    """
    way = WayBack(quiet_seconds=10.0)
    way.reply.wants_to_read.clear()
    writing = asyncio.ensure_future(way.path.carry(SlowSource([ONE], seconds=12)))
    await asyncio.sleep(35)
    way.reply.wants_to_read.set()

    await writing
    way.heartbeat.stop()

    assert [ONE.raw, b": keep-alive\n\n"] == way.reply.writes


@pytest.mark.slow
@given(batches=st.lists(st.lists(st.sampled_from([ONE, TWO, THREE]), min_size=1, max_size=4), max_size=6))
def test_stages_that_hold_back_lose_and_reorder_nothing(batches: list[list[Frame]]) -> None:
    """
    However frames are batched, the caller gets the same bytes with and without a stage that is behind.
    """
    with asyncio.Runner() as runner:
        straight = runner.run(_carried(batches))
        delayed = runner.run(_carried(batches, HoldOneBack()))

    assert straight.reply.body == delayed.reply.body
    assert b"".join(frame.raw for batch in batches for frame in batch) + DONE.raw == straight.reply.body


async def _carried(batches: list[list[Frame]], *stages: Stage) -> WayBack:
    return await WayBack(*stages).carry(*batches, [DONE])


@in_virtual_time
async def test_a_stream_that_breaks_off_says_first_what_was_held_back() -> None:
    """
    Half a word of the model is still its word; the error follows.
    """
    way = WayBack(HoldOneBack(), HoldOneBack())

    with pytest.raises(Refusal):
        await way.carry([ONE], [TWO], [THREE], refusal=Refusal("broken"))

    assert ONE.raw + TWO.raw + THREE.raw == way.reply.body
    assert not way.reply.is_ended


@in_virtual_time
async def test_before_anything_was_said_nothing_held_back_is() -> None:
    """
    The status still tells what happened.
    """
    way = WayBack(HoldOneBack())

    with pytest.raises(Refusal):
        await way.carry([ONE], refusal=Refusal("broken"))

    assert (None, []) == (way.reply.status, way.reply.writes)


LONG = a_delta("long " * 400)
LONG_WHOLE = Frame(FrameKind.WHOLE, LONG.raw)


@in_virtual_time
async def test_a_long_frame_is_looked_at_slowly_and_leaves_in_its_place() -> None:
    """
    By the stages that can; what came with it and what comes after it stays behind it.
    """
    patient = Patient()
    batches = [[ONE], [TWO, LONG], [THREE], [DONE]]

    way = await WayBack(patient, HoldOneBack()).carry(*batches)

    assert b"".join(frame.raw for batch in batches for frame in batch) == way.reply.body
    assert (2, 5, True) == (patient.slow, way.log.frames, way.reply.is_ended)


@in_virtual_time
async def test_where_no_stage_takes_long_nothing_is_set_aside() -> None:
    """
    A long frame leaves in the turn in which it came.
    """
    way = WayBack(HoldOneBack())

    assert [True, True] == [way.path.take([ONE]), way.path.take([LONG, TWO])]
    assert [ONE.raw + LONG.raw] == way.reply.writes
    way.heartbeat.stop()


@in_virtual_time
async def test_many_short_frames_that_came_together_are_long() -> None:
    """
    A stage may take long over them, too.
    """
    patient = Patient()

    way = await WayBack(patient).carry([ONE] * 50, [DONE])

    assert (50, ONE.raw * 50 + DONE.raw) == (patient.slow, way.reply.body)


@in_virtual_time
async def test_a_whole_answer_is_sent_though_its_source_asks_no_more() -> None:
    """
    An upstream hands a whole answer over at its very end; it still leaves in one write of known length.
    """
    way = WayBack(Patient(), streamed=False)

    await way.path.carry(HastySource([LONG_WHOLE]))

    assert ([LONG_WHOLE.raw], True) == (way.reply.writes, way.reply.is_ended)
    assert b"%d" % len(LONG_WHOLE.raw) == way.reply.headers[b"content-length"]


@in_virtual_time
async def test_a_stage_may_refuse_what_was_set_aside() -> None:
    """
    What came before it is said; itself and what came after it is not.
    """
    for source in (ScriptedSource([ONE], [TWO], [LONG, DONE]), HastySource([LONG])):
        way = WayBack(Patient(Refusal("blocked")))

        with pytest.raises(Refusal):
            await way.path.carry(source)
        way.heartbeat.stop()

        assert not way.reply.is_ended
        assert LONG.raw not in way.reply.body


@in_virtual_time
async def test_a_caller_who_leaves_while_a_long_frame_is_looked_at_is_sent_nothing_more() -> None:
    """
    The look ends with the exchange.
    """
    patient = Patient()
    way = WayBack(patient)
    carrying = asyncio.ensure_future(way.carry([ONE], [TWO], [LONG], [DONE]))
    await patient.is_looking.wait()

    carrying.cancel()

    with pytest.raises(asyncio.CancelledError):
        await carrying
    assert ([ONE.raw], 1, False) == (way.reply.writes, patient.slow, way.reply.is_ended)
