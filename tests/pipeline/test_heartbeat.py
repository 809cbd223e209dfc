"""Signs of life while an upstream thinks, on a clock that jumps."""

import asyncio

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.shared_alarms import SharedAlarm
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from tests.fakes.builders import a_target, an_arrival
from tests.fakes.caller_side import RecordingReply
from tests.fakes.virtual_time import LoopClock, in_virtual_time, settle_down

BEAT = b": keep-alive\n\n"


class Waiting:
    """An exchange whose upstream thinks."""

    def __init__(self, *, streamed: bool = True, quiet_seconds: float = 10.0) -> None:
        self.reply = RecordingReply()
        self.log = ExchangeLog(an_arrival(), LoopClock())
        self.log.streamed = streamed
        self.log.began(a_target("thinker"))
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        self.heartbeat = Heartbeat(self.reply, self.log, self.tasks, SharedAlarm(quiet_seconds))

    async def for_seconds(self, seconds: float) -> None:
        """Let time pass, and whatever it started run."""
        await asyncio.sleep(seconds)
        await settle_down()


@in_virtual_time
async def test_nothing_is_sent_while_the_time_is_not_up() -> None:
    """
    Before the quiet seconds are over the status stays open.
    """
    waiting = Waiting()

    await waiting.for_seconds(9.9)

    assert (None, False) == (waiting.reply.status, waiting.log.has_begun)


@in_virtual_time
async def test_the_first_beat_of_a_stream_sends_its_head() -> None:
    """
    Status 200 and a comment, which no client takes for content.
    """
    waiting = Waiting()

    await waiting.for_seconds(10.1)

    assert (200, [BEAT]) == (waiting.reply.status, waiting.reply.writes)
    assert b"text/event-stream; charset=utf-8" == waiting.reply.headers[b"content-type"]
    assert waiting.log.has_begun


@in_virtual_time
async def test_a_whole_answer_beats_with_blank_lines() -> None:
    """
    White space before JSON is JSON; its length is not known then.
    """
    waiting = Waiting(streamed=False)

    await waiting.for_seconds(20.1)

    assert [b"\n", b"\n"] == waiting.reply.writes
    assert b"application/json" == waiting.reply.headers[b"content-type"]
    assert b"content-length" not in waiting.reply.headers


@in_virtual_time
async def test_it_beats_as_long_as_the_silence_lasts() -> None:
    """
    One beat for every quiet time.
    """
    waiting = Waiting(quiet_seconds=2.0)

    await waiting.for_seconds(9.0)

    assert [BEAT] * 4 == waiting.reply.writes


@in_virtual_time
async def test_what_the_caller_hears_puts_the_beat_off() -> None:
    """
    The quiet time counts from the last thing sent.
    """
    waiting = Waiting()
    await waiting.for_seconds(9.0)
    waiting.heartbeat.heard_at = waiting.heartbeat.now()

    await waiting.for_seconds(9.0)
    early = list(waiting.reply.writes)
    await waiting.for_seconds(1.1)

    assert ([], [BEAT]) == (early, waiting.reply.writes)


@in_virtual_time
async def test_a_stopped_heart_is_silent() -> None:
    """
    After `stop`, which may be repeated, nothing comes.
    """
    waiting = Waiting()

    waiting.heartbeat.stop()
    waiting.heartbeat.stop()
    await waiting.for_seconds(60)

    assert waiting.reply.status is None


@in_virtual_time
async def test_an_answer_that_ends_as_the_timer_rings_is_not_written_behind() -> None:
    """
    A beat that was begun in the tick in which the answer ended sends nothing.
    """
    waiting = Waiting()
    waiting.reply.begin(200, [])
    waiting.log.status = 200

    waiting.heartbeat.ring()
    waiting.heartbeat.heard_at -= 60
    waiting.heartbeat.ring()
    waiting.reply.end(b"{}")
    waiting.heartbeat.stop()
    await waiting.for_seconds(1)

    assert [b"{}"] == waiting.reply.writes
    assert [] == waiting.faults


@in_virtual_time
async def test_a_caller_who_left_stops_it_without_a_fault() -> None:
    """
    The door tells the exchange; the beat is not a second messenger.
    """
    waiting = Waiting()
    waiting.reply.leave()

    await waiting.for_seconds(35)

    assert [] == waiting.reply.writes
    assert [] == waiting.faults


@in_virtual_time
async def test_beats_do_not_pile_up_before_a_caller_who_does_not_read() -> None:
    """
    While one beat waits to be written, no other is begun.
    """
    waiting = Waiting()
    waiting.reply.wants_to_read.clear()

    await waiting.for_seconds(60)

    assert [BEAT] == waiting.reply.writes
