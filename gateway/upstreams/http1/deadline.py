"""
The one deadline of an exchange, and what it is for at the moment.

All of them share one timer. It is armed for the shortest patience, so that it
is never later than any deadline; when it fires early it is armed again, and a
busy stream moves its deadline without touching the timer.
"""

import asyncio
from collections.abc import Callable
from math import inf

from gateway.upstreams.target import Patience


class Deadline:
    """
    Call `on_passed` with the phase (head, stall, total) that took too long.

    `heard_at` is when something came last, to be moved with every piece of a body.
    """

    __slots__ = (
        "_loop",
        "_on_passed",
        "_patience",
        "_phase",
        "_seconds",
        "_stall_seconds",
        "_tick_seconds",
        "_timer",
        "_timer_at",
        "_total_at",
        "heard_at",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, on_passed: Callable[[str], None]) -> None:
        self._loop = loop
        self._on_passed = on_passed
        self._patience: Patience | None = None
        self._phase = ""
        self.heard_at = 0.0
        # What is awaited may take so long from then on, and never longer than the whole.
        self._seconds = 0.0
        self._total_at = 0.0
        self._stall_seconds = 0.0
        self._tick_seconds = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def expect_head(self, patience: Patience, total_at: float) -> None:
        """Begin: the head is awaited, and the whole answer by `total_at`."""
        if patience is not self._patience:
            # Mostly the connection's last exchange had the same.
            self._patience = patience
            self._stall_seconds = patience.stall_seconds
            self._tick_seconds = min(patience.first_token_seconds, patience.stall_seconds)
        self._phase = "head"
        self._total_at = total_at
        self.heard_at = now = self._loop.time()
        self._seconds = patience.first_token_seconds
        when = min(now + self._tick_seconds, total_at)
        if self._timer is None or self._timer_at > when:
            self._arm(when)

    def expect_body(self) -> None:
        """The body is awaited, piece by piece, from now on."""
        self._phase = "stall"
        self.heard_at = self._loop.time()
        self._seconds = self._stall_seconds

    def expect_nothing(self) -> None:
        """We do not read at the moment; only the whole is bounded."""
        self._seconds = inf

    def end(self) -> None:
        """The exchange is over; the timer may run out by itself."""
        self._phase = ""

    def close(self) -> None:
        """Let go of the timer, and of who would be called."""
        self.end()
        self._on_passed = _nobody
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = when
        self._timer = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        if not self._phase:
            return
        now = self._loop.time()
        at = min(self.heard_at + self._seconds, self._total_at)
        if now < at:
            self._arm(min(at, now + self._tick_seconds))
        else:
            self._on_passed("total" if now >= self._total_at else self._phase)


def _nobody(phase: str) -> None:
    """Hear of a deadline that is of no interest any more."""
