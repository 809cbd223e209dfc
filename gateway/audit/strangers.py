"""Requests of callers whom nobody knows: how many of them are written down one by one."""

from collections.abc import Callable

BURST = 1_000
EACH_SECOND = 20.0


class Strangers:
    """
    A bucket of records for requests without a good credential.

    Without it, whoever can reach the gateway could fill the disk of its log, and
    keep everybody out: one connection made 15,000 records a second. `passed_over`
    counts what found the bucket empty.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._room = float(BURST)
        self._looked_at = monotonic()
        self._told = 0
        self.passed_over = 0

    def has_room(self) -> bool:
        """Take one record out of the bucket, or count a request that gets none."""
        now = self._monotonic()
        self._room = min(BURST, self._room + (now - self._looked_at) * EACH_SECOND)
        self._looked_at = now
        if self._room < 1:
            self.passed_over += 1
            return False
        self._room -= 1
        return True

    def news(self) -> int:
        """Return how many were passed over since this was asked last; for one who asks."""
        news = self.passed_over - self._told
        self._told += news
        return news
