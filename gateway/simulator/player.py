"""One answer being performed on one connection."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator

from gateway.simulator.records import Records, SimulatedEnding, SimulatedExchange
from gateway.simulator.step import Act, Step

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LATE_SECONDS = 1.0
_FLUSH_SECONDS = 0.001
_BREAKS = (Act.RESET, Act.HANG_UP)


class Player:
    """
    Perform steps in time, without a task.

    One timer at a time; a step's time is counted from when the step before it
    was due, so that an answer takes as long as was asked even if single
    timers are late. While the caller does not read, nothing is performed.
    """

    __slots__ = (
        "_due",
        "_exchange",
        "_loop",
        "_on_end",
        "_paused",
        "_pending",
        "_records",
        "_steps",
        "_timer",
        "_transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        steps: Iterator[Step],
        *,
        exchange: SimulatedExchange,
        records: Records,
        on_end: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport, self._steps = transport, steps
        self._exchange, self._records, self._on_end = exchange, records, on_end
        self._due = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._pending: Step | None = None
        self._paused = False

    def play(self) -> None:
        """Perform what is due now and set the timer for the rest."""
        for step in self._steps:
            if step.after_seconds and self._is_early(step):
                return
            if not self._perform(step):
                return
        self._end(SimulatedEnding.FINISHED)

    def pause(self) -> None:
        """Hold back: the caller does not read."""
        self._paused = True

    def resume(self) -> None:
        """Go on where it was held back."""
        self._paused = False
        if self._timer is None:
            self._wake()

    def leave(self) -> None:
        """Stop, because the connection is gone."""
        self._end(SimulatedEnding.CALLER_LEFT)

    def _is_early(self, step: Step) -> bool:
        """Set the timer for a step that is not due yet."""
        now = self._loop.time()
        # A little lateness is caught up; a caller who did not read for long gets no flood.
        self._due = max(self._due + step.after_seconds, now - _LATE_SECONDS)
        if self._due <= now:
            return False
        self._pending = step
        self._timer = self._loop.call_at(self._due, self._wake)
        return True

    def _wake(self) -> None:
        self._timer = None
        if self._paused:
            return
        step, self._pending = self._pending, None
        if step is None or self._perform(step):
            self.play()

    def _perform(self, step: Step) -> bool:
        """Count, send and act; return whether the next step may follow at once."""
        exchange = self._exchange
        exchange.deltas_sent += step.deltas
        exchange.generated_tenths += step.tenths
        if step.data:
            self._transport.write(step.data)
        self._records.changed()
        if step.act is Act.GO_ON:
            return not self._paused
        if step.act is not Act.STALL:
            self._end(
                SimulatedEnding.BROKEN_OFF if step.act in _BREAKS else SimulatedEnding.FINISHED, step.act
            )
        return False

    def _end(self, ending: SimulatedEnding, act: Act = Act.GO_ON) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending, self._steps = None, iter(())
        self._records.end(self._exchange, ending, self._loop.time())
        if act is Act.RESET:
            self._reset()
        elif act is not Act.GO_ON:
            self._transport.close()
        self._on_end()

    def _reset(self) -> None:
        """Reset the connection as soon as what was written is on its way."""
        if self._transport.get_write_buffer_size() and not self._transport.is_closing():
            self._loop.call_later(_FLUSH_SECONDS, self._reset)
            return
        raw = self._transport.get_extra_info("socket")
        if raw is not None and not self._transport.is_closing():
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()
