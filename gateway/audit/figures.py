"""What the writing thread did, in numbers that an operator watches."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from gateway.audit.slips import Slip


class Figures:
    """
    Records that are durable by kind, gaps, and how long it took from queueing to being durable.

    `observe` is given seconds, once for each group of records that became
    durable together: those of the one that had waited longest. Only the
    writing thread tells; whoever reads may be any. `room_bytes` is what was free
    beyond the reserve of the disk when it was looked at last. `strangers` says how
    many requests of unknown callers got no record since it was asked last.
    """

    def __init__(self) -> None:
        self.records: defaultdict[tuple[str], int] = defaultdict(int)
        self.gaps = 0
        self.room_bytes: int | None = None
        self.observe: Callable[[float], None] = _unheard
        self.strangers: Callable[[], int] = int

    def has_room(self, room_bytes: int) -> bool:
        """Take note of what is free beyond the reserve, and return whether anything is."""
        self.room_bytes = room_bytes
        return room_bytes > 0

    def durable(self, slips: Sequence[Slip], now: float) -> None:
        """Hear that these are on the disk at this time of the monotonic clock."""
        for event, count in Counter([slip.made[0] for slip in slips if slip.made is not None]).items():
            self.records[event,] += count
        if slips:
            self.observe(max(0.0, now - slips[0].mono))


def _unheard(_: float) -> None:
    """Nobody wants to know yet."""
