"""Signs of life while an upstream thinks."""

import asyncio
from math import inf

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.shared_alarms import SharedAlarm
from gateway.pipeline.answer_head import answer_head
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.vocabulary.arrival import Reply

# https://api-docs.deepseek.com/quick_start/rate_limit: blank lines before a whole JSON body.
_WHOLE_BEAT = b"\n"

BEING_WRITTEN = inf


class Heartbeat:
    """
    Send something whenever a caller has heard nothing for the seconds of `quiet`.

    The first beat fixes status 200 and the head; before it, a failure can
    still be told by its own status. An exchange gets a timer of its own only
    when it outlives its first quiet time.

    Whoever writes to the caller sets `heard_at`: to `BEING_WRITTEN` before,
    because the caller may be slow to read it, and to `now()` after. They are
    attributes because that is done for every token.
    """

    __slots__ = (
        "_is_stopped", "_log", "_quiet", "_reply", "_tasks", "_timer", "heard_at", "now",
    )  # fmt: skip

    def __init__(self, reply: Reply, log: ExchangeLog, tasks: LastTasks, quiet: SharedAlarm) -> None:
        self._reply = reply
        self._log = log
        self._tasks = tasks
        self._quiet = quiet
        self.now = quiet.now
        self._is_stopped = False
        self.heard_at = -inf
        self._timer: asyncio.TimerHandle | None = None
        quiet.set(self)

    def stop(self) -> None:
        """Be silent from now on; may be repeated."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._quiet.clear(self)
        if self._timer is not None:
            self._timer.cancel()

    def ring(self) -> None:
        """Beat if the caller has heard nothing for long enough, and look again when that may be."""
        now = self.now()
        # A timer may ring a clock tick early.
        remaining = min(self.heard_at - now, 0.0) + self._quiet.seconds
        if remaining < 0.001:
            self._tasks.start(self._beat())
            self.heard_at = now
            remaining = self._quiet.seconds
        self._timer = asyncio.get_running_loop().call_later(remaining, self.ring)

    async def _beat(self) -> None:
        # The answer may have come, or ended, in the tick in which the timer rang.
        if self.heard_at == BEING_WRITTEN or self._is_stopped:
            return
        self.heard_at = BEING_WRITTEN
        if not self._log.has_begun:
            self._log.status = 200
            self._reply.begin(200, answer_head(self._log))
        try:
            await self._reply.write(self._log.dialect.stream_beat if self._log.streamed else _WHOLE_BEAT)
        except ConnectionError:
            # The caller left; the door has told the exchange already.
            self.stop()
        else:
            self.heard_at = self.now()
