"""How full budgets are, as far as this process has seen."""

from collections.abc import Mapping

import msgspec

from gateway.foundation.clock import Clock
from gateway.limits.sheet import Sheet
from gateway.limits.verdict import Verdict

_MOST = 10_000


class _Budget(msgspec.Struct, frozen=True):
    """One budget: whose, its name, which part is used or reserved, and until when that holds."""

    tenant: str
    name: str
    used: float
    until: float


class Budgets:
    """
    Remember what ledgers said of budgets when they were asked anyway.

    What is reserved counts as used. A budget whose period is over, or that
    nobody has used here since the start, is not told.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, _Budget] = {}

    def see(self, tenant: str, sheet: Sheet, verdict: Verdict) -> None:
        """Take in what a ledger said of the counters of a sheet."""
        now = self._clock.monotonic()
        for counter, standing in zip(sheet.counters, verdict.standings, strict=True):
            if counter.rule.unit == "money":
                used, until = 1 - standing.left / counter.capacity, now + standing.reset_ms / 1000
                self._remember(counter.key, _Budget(tenant, counter.rule.name, used, until))

    def used(self) -> Mapping[tuple[str, str], float]:
        """Return the used part by tenant and name; of budgets for each key or user, the most used one."""
        now = self._clock.monotonic()
        self._seen = {key: budget for key, budget in self._seen.items() if budget.until > now}
        fullest: dict[tuple[str, str], float] = {}
        for budget in self._seen.values():
            place = (budget.tenant, budget.name)
            fullest[place] = max(budget.used, fullest.get(place, 0.0))
        return fullest

    def _remember(self, key: str, budget: _Budget) -> None:
        if key not in self._seen and len(self._seen) >= _MOST:
            del self._seen[next(iter(self._seen))]
        self._seen[key] = budget
