"""How full budgets are, as far as this process has seen."""

from collections.abc import Mapping

from gateway.foundation.clock import Clock
from gateway.limits.sheet import Sheet
from gateway.limits.verdict import Verdict

_MOST = 10_000


class Budgets:
    """
    Remember what ledgers said of budgets when they were asked anyway.

    What is reserved counts as used. A budget whose period is over, or that
    nobody has used here since the start, is not told.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, ...], tuple[str, Sheet, Verdict, float]] = {}

    def see(self, tenant: str, sheet: Sheet, verdict: Verdict) -> None:
        """Take in what a ledger said of the counters of a sheet; each request does, so it is only kept."""
        seen = self._seen
        if len(seen) >= _MOST and sheet.keys not in seen:
            del seen[next(iter(seen))]
        seen[sheet.keys] = (tenant, sheet, verdict, self._clock.monotonic())

    def used(self) -> Mapping[tuple[str, str], float]:
        """Return the used part by tenant and name; of budgets for each key or user, the most used one."""
        now = self._clock.monotonic()
        newest: dict[str, tuple[float, tuple[str, str], float]] = {}
        for tenant, sheet, verdict, seen_at in list(self._seen.values()):
            for counter, standing in zip(sheet.counters, verdict.standings, strict=True):
                is_over = seen_at + standing.reset_ms / 1000 <= now
                known = newest.get(counter.key)
                if counter.rule.unit == "money" and not is_over and (known is None or known[0] < seen_at):
                    used = 1 - standing.left / counter.capacity
                    newest[counter.key] = (seen_at, (tenant, counter.rule.name), used)
        fullest: dict[tuple[str, str], float] = {}
        for _, budget, used in newest.values():
            fullest[budget] = max(used, fullest.get(budget, 0.0))
        return fullest
