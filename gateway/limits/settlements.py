"""
Settlements on their way to Redis, and those that it could not take so far.

What Redis could not take is sent again, after pauses that grow while it
refuses, and at once when it is back. Given up is only what can change nothing
any more, because Redis has forgotten the reservation, or what is one too many
to keep: what was reserved stays used then.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from gateway.foundation.redis_link.call import Call, Script, Word
from gateway.foundation.redis_link.failures import RedisFailure, RedisRefused
from gateway.limits.ledger import RECORD_MS
from gateway.vocabulary.notice import Notice

_MOST_KEPT = 100_000
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_CLOSING_ROUND_SECONDS = 0.01


class Settlement(Call):
    """A settlement on its way; one that failed is of use until `useless_at`, a time of the event loop."""

    __slots__ = ("_settlements", "useless_at", "was_refused")

    def __init__(
        self, settlements: "Settlements", words: tuple[Word, ...], slot: int, script: Script
    ) -> None:
        super().__init__(words, slot, is_repeatable=True, script=script)
        self._settlements = settlements
        self.useless_at = 0.0
        self.was_refused = False

    def arrived(self, reply: Any) -> None:  # noqa: ARG002 - it says whether it was the first
        """Be done."""
        self._settlements.ended(self, None)

    def failed(self, failure: RedisFailure) -> None:
        """Be kept."""
        self.tries = 0
        self._settlements.ended(self, failure)


class Settlements:
    """
    Send settlements until Redis has taken them.

    `send` puts one on its way. That Redis refuses some is told once, until it
    has taken all of them; an outage is told by others. `lost` counts what was
    given up.
    """

    def __init__(self, send: Callable[[Call], None], tell: Callable[[Notice], None]) -> None:
        self._send = send
        self._tell = tell
        self._kept: deque[Settlement] = deque()
        self._on_the_way = 0
        self._timer: asyncio.TimerHandle | None = None
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        self._refused = 0
        self.lost = 0

    @property
    def kept(self) -> int:
        """How many wait to be sent again."""
        return len(self._kept)

    def send(self, words: tuple[Word, ...], slot: int, script: Script) -> None:
        """Send one."""
        self._put_on_its_way(Settlement(self, words, slot, script))

    def ended(self, settlement: Settlement, failure: RedisFailure | None) -> None:
        """Keep one that failed, or be done with it."""
        self._on_the_way -= 1
        if failure is not None:
            self._keep(settlement, failure)
            return
        self._refused -= settlement.was_refused
        if self._kept and self._pause_seconds > _FIRST_PAUSE_SECONDS:
            # Redis takes them again.
            self._pause_seconds = _FIRST_PAUSE_SECONDS
            self._set_timer()

    def resend(self) -> None:
        """Send again at once what Redis could not take so far."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        kept, self._kept = self._kept, deque()
        for settlement in kept:
            self._put_on_its_way(settlement)

    async def close(self, seconds: float) -> None:
        """Wait up to so many seconds until every one has arrived, and give up the rest."""
        self.resend()
        rounds = int(seconds / _CLOSING_ROUND_SECONDS)
        while (self._kept or self._on_the_way) and rounds:
            rounds -= 1
            await asyncio.sleep(_CLOSING_ROUND_SECONDS)
            self.resend()
        self.lost += len(self._kept)
        if self._timer is not None:
            self._timer.cancel()

    def _put_on_its_way(self, settlement: Settlement) -> None:
        self._on_the_way += 1
        self._send(settlement)

    def _keep(self, settlement: Settlement, failure: RedisFailure) -> None:
        now = asyncio.get_running_loop().time()
        settlement.useless_at = settlement.useless_at or now + RECORD_MS / 1000
        if now >= settlement.useless_at or len(self._kept) >= _MOST_KEPT:
            self._give_up(settlement, failure)
            return
        self._kept.append(settlement)
        if isinstance(failure, RedisRefused) and not settlement.was_refused:
            settlement.was_refused = True
            self._refused += 1
            if self._refused == 1:
                self._tell_of(failure)
        if self._timer is None:
            self._set_timer()

    def _give_up(self, settlement: Settlement, failure: RedisFailure) -> None:
        self._refused -= settlement.was_refused
        self.lost += 1
        if self.lost == 1:
            self._tell_of(failure)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._pause_seconds, self._ring)

    def _ring(self) -> None:
        self._pause_seconds = min(_LONGEST_PAUSE_SECONDS, self._pause_seconds * 2)
        self.resend()

    def _tell_of(self, failure: RedisFailure) -> None:
        waiting, reason = len(self._kept), str(failure)
        self._tell(Notice("limits.unsettled", {"waiting": waiting, "given_up": self.lost, "reason": reason}))
