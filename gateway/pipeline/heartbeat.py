"""Signs of life while an upstream thinks."""

import asyncio

from gateway.foundation.last_tasks import LastTasks
from gateway.pipeline.answer_head import answer_head
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.vocabulary.arrival import Reply

# https://api-docs.deepseek.com/quick_start/rate_limit: comments in a stream,
# blank lines before a whole JSON body.
_STREAM_BEAT = b": keep-alive\n\n"
_WHOLE_BEAT = b"\n"


class Heartbeat:
    """
    Send something whenever a caller has heard nothing for `quiet_seconds`.

    The first beat fixes status 200 and the head; before it, a failure can
    still be told by its own status. One timer for an exchange, armed anew
    only when it rings.
    """

    __slots__ = (
        "_heard_at", "_is_held", "_log", "_loop", "_quiet_seconds", "_reply", "_tasks", "_timer",
    )  # fmt: skip

    def __init__(self, reply: Reply, log: ExchangeLog, tasks: LastTasks, quiet_seconds: float) -> None:
        self._reply = reply
        self._log = log
        self._tasks = tasks
        self._quiet_seconds = quiet_seconds
        self._loop = asyncio.get_running_loop()
        self._is_held = False
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(quiet_seconds, self._ring)

    def hold(self) -> None:
        """Be silent until `heard`: something is being written, and the caller may be slow to read it."""
        self._is_held = True

    def heard(self) -> None:
        """Note that the caller was sent something just now."""
        self._is_held = False
        self._heard_at = self._loop.time()

    def stop(self) -> None:
        """Be silent from now on; may be repeated."""
        self._timer.cancel()

    def _ring(self) -> None:
        now = self._loop.time()
        if self._is_held:
            self._heard_at = now
        # A timer may ring a clock tick early.
        remaining = self._heard_at + self._quiet_seconds - now
        if remaining < 0.001:
            self._tasks.start(self._beat())
            self._heard_at = now
            remaining = self._quiet_seconds
        self._timer = self._loop.call_later(remaining, self._ring)

    async def _beat(self) -> None:
        # The answer may have come, or ended, in the tick in which the timer rang.
        if self._is_held or self._timer.cancelled():
            return
        self.hold()
        if not self._log.has_begun:
            self._log.status = 200
            self._reply.begin(200, answer_head(self._log))
        try:
            await self._reply.write(_STREAM_BEAT if self._log.streamed else _WHOLE_BEAT)
        except ConnectionError:
            # The caller left; the door has told the exchange already.
            self.stop()
        else:
            self.heard()
