"""One answer from its first byte to its last frame, and what is left of its connection."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.last_tasks import LastTasks
from gateway.upstreams.attempt import LiveAnswer, read_bounded
from gateway.upstreams.refusals import UpstreamBroke, UpstreamRefused, UpstreamTimedOut
from gateway.upstreams.transport import TransportBroke, TransportTimedOut
from gateway.wire.frames import DONE, Frame, FrameKind
from tests.fakes.builders import (
    DONE_EVENT,
    REPORTED_USAGE,
    WHOLE_ANSWER,
    a_diagnosis,
    a_sealed_request,
    a_target,
    delta_event,
)
from tests.fakes.sinks import FrameBasin
from tests.fakes.upstream_side import SILENCE, ScriptedKind, ScriptedReply, Silence, Step
from tests.fakes.virtual_time import in_virtual_time, settle_down

ERROR_EVENT = b'data: {"error":{"message":"overloaded"}}\n\n'


class Reading:
    """A live answer over a scripted reply."""

    def __init__(self, *steps: Step, kind: ScriptedKind | None = None) -> None:
        self.kind = kind or ScriptedKind()
        self.reply = ScriptedReply(*steps)
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        target = a_target()
        self.answer = LiveAnswer(target, self.kind, self.kind.call(a_sealed_request(), target), self.tasks)

    async def all_frames(self) -> list[Frame]:
        """Read to the proper end."""
        await self.answer.open(self.reply)
        basin = FrameBasin()
        await self.answer.pour(basin)
        return basin.frames


@in_virtual_time
async def test_a_stream_comes_out_as_it_went_in() -> None:
    """
    Every event is a frame, byte for byte, and the last is DONE.
    """
    reading = Reading(delta_event("one"), delta_event("two") + delta_event("three"), DONE_EVENT)

    frames = await reading.all_frames()

    assert [delta_event("one"), delta_event("two"), delta_event("three"), DONE_EVENT] == [
        f.raw for f in frames
    ]
    assert DONE == frames[-1]


@in_virtual_time
async def test_a_whole_answer_is_one_frame() -> None:
    """
    A JSON document that came in pieces leaves in one.
    """
    reading = Reading(WHOLE_ANSWER[:10], WHOLE_ANSWER[10:])

    frames = await reading.all_frames()

    assert [Frame(FrameKind.WHOLE, WHOLE_ANSWER, REPORTED_USAGE)] == frames


@pytest.mark.slow
@given(cuts=st.sets(st.integers(1, 200), max_size=8))
def test_where_the_bytes_are_cut_does_not_matter(cuts: set[int]) -> None:
    """
    The same stream gives the same frames, however the network cut it.
    """
    whole = b"".join(map(delta_event, ("one", "two", "three"))) + DONE_EVENT
    edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    pieces = [whole[start:end] for start, end in pairwise(edges)]

    with asyncio.Runner() as runner:
        frames = runner.run(Reading(*pieces).all_frames())

    assert whole == b"".join(frame.raw for frame in frames)
    assert 4 == len(frames)


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        ((delta_event(), TransportBroke("cut", answered=True)), UpstreamBroke),
        ((delta_event(),), UpstreamBroke),
        ((delta_event(), b"garbage"), UpstreamBroke),
        ((delta_event(), TransportTimedOut("stalled", phase="stall", answered=True)), UpstreamTimedOut),
        ((delta_event(), ERROR_EVENT), UpstreamRefused),
    ],
    ids=["cut", "ended-without-done", "garbage", "stall", "error-event"],
)
@in_virtual_time
async def test_every_failure_is_a_refusal(steps: tuple[Step, ...], refusal: type[Exception]) -> None:
    """
    However an answer fails after it began, the caller can be told in one shape.
    """
    with pytest.raises(refusal):
        await Reading(*steps).all_frames()


@in_virtual_time
async def test_what_came_before_an_error_event_is_not_lost() -> None:
    """
    Frames that came together with an error go first; the error follows.
    """
    reading = Reading(delta_event("one"), delta_event("two") + ERROR_EVENT)
    await reading.answer.open(reading.reply)
    basin = FrameBasin()

    with pytest.raises(UpstreamRefused):
        await reading.answer.pour(basin)

    assert [delta_event("one"), delta_event("two")] == basin.events


@in_virtual_time
async def test_an_error_among_the_first_frames_is_a_failed_attempt() -> None:
    """
    As long as the caller has nothing, an error behind the first delta still lets another upstream answer.
    """
    reading = Reading(delta_event("one") + ERROR_EVENT)

    with pytest.raises(UpstreamRefused):
        await reading.answer.open(reading.reply)


@in_virtual_time
async def test_an_error_in_a_stream_is_diagnosed_by_the_kind() -> None:
    """
    The kind is shown the error object, and the reply is cut.
    """
    reading = Reading(
        ERROR_EVENT, kind=ScriptedKind({200: a_diagnosis(status=503, code="upstream_overloaded")})
    )

    with pytest.raises(UpstreamRefused) as caught:
        await reading.answer.open(reading.reply)

    assert [(200, b'{"error":{"message":"overloaded"}}')] == reading.kind.diagnosed
    assert (503, "upstream_overloaded") == (caught.value.status, caught.value.code)
    assert reading.reply.is_closed


@in_virtual_time
async def test_giving_up_ends_the_wait_for_the_first_token() -> None:
    """
    A wait that was given up is a time-out, not a broken connection.
    """
    reading = Reading(SILENCE)
    waiting = asyncio.ensure_future(reading.answer.open(reading.reply))
    await settle_down()

    reading.answer.ring()

    with pytest.raises(UpstreamTimedOut):
        await waiting


@in_virtual_time
async def test_a_reply_that_comes_after_the_wait_was_given_up_is_cut() -> None:
    """
    The time counts from the sending, so it may be up before the head is here.
    """
    reading = Reading(SILENCE)
    reading.answer.ring()

    with pytest.raises(UpstreamTimedOut):
        await reading.answer.open(reading.reply)

    assert reading.reply.is_closed


@in_virtual_time
async def test_an_answer_closed_in_the_middle_cuts_its_upstream() -> None:
    """
    Who leaves before the end costs the upstream nothing more.
    """
    reading = Reading(delta_event("one"), SILENCE)
    await reading.answer.open(reading.reply)

    reading.answer.close()

    assert reading.reply.is_closed


@in_virtual_time
async def test_after_done_the_end_of_the_body_is_read_in_the_background() -> None:
    """
    [DONE] ends the answer for the caller; the connection is kept by reading what little follows.
    """
    reading = Reading(delta_event("one"), DONE_EVENT)
    await reading.answer.open(reading.reply)
    await reading.answer.pour(FrameBasin(wanted=2))

    reading.answer.close()
    assert not reading.reply.is_closed
    await reading.tasks.finish(5)

    assert reading.reply.was_read_to_the_end
    assert reading.reply.is_closed


@in_virtual_time
async def test_closing_twice_does_not_disturb_the_reading_of_the_end() -> None:
    """
    `close` may be repeated.
    """
    reading = Reading(DONE_EVENT, Silence(0.5))
    await reading.answer.open(reading.reply)

    reading.answer.close()
    reading.answer.close()
    await reading.tasks.finish(5)

    assert reading.reply.was_read_to_the_end


@in_virtual_time
async def test_an_upstream_that_does_not_end_after_done_is_cut_within_a_second() -> None:
    """
    The courtesy after [DONE] is bounded.
    """
    loop = asyncio.get_running_loop()
    reading = Reading(DONE_EVENT, SILENCE)
    await reading.answer.open(reading.reply)
    began = loop.time()

    reading.answer.close()
    await reading.tasks.finish(60)

    assert pytest.approx(1.0) == loop.time() - began
    assert reading.reply.is_closed
    assert [] == reading.faults


@in_virtual_time
async def test_a_read_answer_leaves_nothing_to_do() -> None:
    """
    With the body's end read, the connection was given back and closing starts no task.
    """
    reading = Reading(WHOLE_ANSWER)
    await reading.all_frames()

    reading.answer.close()

    assert reading.reply.was_read_to_the_end
    assert () == tuple(reading.tasks._tasks)


@in_virtual_time
async def test_an_error_body_is_read_up_to_its_bound() -> None:
    """
    However much an upstream says with its error, only the first bytes are kept and the rest is cut.
    """
    reply = ScriptedReply(*[b"x" * 40] * 10, status=500)

    body = await read_bounded(reply, 100)

    assert b"x" * 100 == body
    assert 3 == reply.reads
    assert reply.is_closed


@in_virtual_time
async def test_an_error_body_that_breaks_off_is_what_it_is() -> None:
    """
    Half an error message is still told.
    """
    reply = ScriptedReply(b"half", TransportBroke("cut", answered=True), status=500)

    assert b"half" == await read_bounded(reply, 100)


@in_virtual_time
async def test_an_error_body_that_does_not_come_holds_up_nobody() -> None:
    """
    The next target is not kept waiting for the words of one that failed.
    """
    reply = ScriptedReply(b"half", SILENCE, status=503)
    began = asyncio.get_running_loop().time()

    body = await read_bounded(reply, 100)

    assert (b"half", 5.0) == (body, asyncio.get_running_loop().time() - began)
    assert reply.is_closed
