"""How full budgets are, as far as this process has seen."""

from collections.abc import Callable, Iterable, Mapping

from gateway.foundation.clock import Clock
from gateway.limits.ledger import Hold
from gateway.limits.limit_rule import CountedLimit, LimitRule
from gateway.limits.sheet import Counter
from gateway.limits.verdict import Verdict

# All of them are looked at in one turn of the event loop, for each page of metrics.
_MOST = 3_000

RulesOf = Callable[[str], Iterable[LimitRule]]


class Budgets:
    """
    Remember what ledgers said of budgets when they were asked anyway.

    What others have reserved counts as used, and what the one who asked
    reserves does not: most of it is given back. A budget whose period is over,
    that a plan has no more, or that nobody has used here since the start, is
    not told.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, ...], tuple[str, Hold, Verdict, float]] = {}

    def see(self, tenant: str, hold: Hold, verdict: Verdict) -> None:
        """Take in what a ledger said to a demand; each request does that, so it is only kept."""
        seen, keys = self._seen, hold.sheet.keys
        if len(seen) >= _MOST and keys not in seen:
            del seen[next(iter(seen))]
        seen[keys] = (tenant, hold, verdict, self._clock.monotonic())

    def used(self, rules_of: RulesOf) -> Mapping[tuple[str, str], float]:
        """
        Return the used part by tenant and name; of budgets for each key or user, the most used one.

        `rules_of` says what a tenant's plan has now: whoever gave up because their
        budget was spent does not ask again to show that it was raised.
        """
        now = self._clock.monotonic()
        newest: dict[str, tuple[float, str, Counter, int]] = {}
        for tenant, hold, verdict, seen_at in list(self._seen.values()):
            told = zip(hold.sheet.counters, verdict.standings, hold.amounts, strict=True)
            for counter, standing, amount in told:
                is_over = seen_at + standing.reset_ms / 1000 <= now
                known = newest.get(counter.key)
                if counter.rule.unit == "money" and not is_over and (known is None or known[0] < seen_at):
                    own = amount if verdict.is_granted else 0
                    newest[counter.key] = (seen_at, tenant, counter, counter.capacity - standing.left - own)
        fullest: dict[tuple[str, str], float] = {}
        for _, tenant, counter, used in newest.values():
            if capacity := _capacity_now(counter, rules_of(tenant)):
                budget = tenant, counter.rule.name
                fullest[budget] = max(used / capacity, fullest.get(budget, 0.0))
        return fullest


def _capacity_now(counter: Counter, rules: Iterable[LimitRule]) -> int:
    """Return how much a budget is by these rules, 0 if they have none such; a key's own is as it was."""
    mine = counter.rule
    if counter.is_own:
        return counter.capacity
    for rule in rules:
        if rule is mine:
            return counter.capacity
        if isinstance(rule, CountedLimit) and (rule.name, rule.per) == (mine.name, mine.per):
            return rule.capacity if rule.mark == mine.mark else 0
    return 0
