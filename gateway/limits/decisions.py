"""What the limits decided so far, counted for the operator."""

from collections import defaultdict
from collections.abc import Callable
from typing import Literal

from gateway.foundation.clock import Clock
from gateway.limits.limit_rule import LimitRule
from gateway.vocabulary.notice import Notice

Decision = Literal[
    "granted", "refused", "turned_away", "shadow", "degraded_deny", "degraded_allow", "degraded_local"
]
# Between what is told; a ledger may be away all night, and each tenant is told of by a line.
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 60.0
_NONE, _OTHER = "none", "other"
# More limits of one tenant have no name of their own: keys that are made at run time bring theirs.
_MOST_LIMITS = 50


class Decisions:
    """
    Count every decision by tenant, kind of limit, limit, and what was decided.

    `name_of` says under which name a tenant is counted: there may be more of
    them than anybody wants to see, as there may be of a tenant's limits.
    Decisions that were made without the ledger are also told to the operator:
    the first at once, then how many there were, ever more rarely until it is once a minute.
    """

    def __init__(
        self, clock: Clock, tell: Callable[[Notice], None], name_of: Callable[[str], str] = str
    ) -> None:
        self.counts: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
        self._clock = clock
        self._tell = tell
        self._name_of = name_of
        self._limits: defaultdict[str, set[str]] = defaultdict(set)
        self._untold: defaultdict[tuple[str, Decision], int] = defaultdict(int)
        self._told_at = self._degraded_at = float("-inf")
        self._pause_seconds = _FIRST_PAUSE_SECONDS
        self.is_degraded = False

    def add(self, tenant: str, decision: Decision, rule: LimitRule | None = None) -> None:
        """Count one decision, and the limit that made it if one did."""
        name = self._name_of(tenant)
        kind, limit = (_NONE, "") if rule is None else (rule.kind, self._limit_of(name, rule.name))
        self.counts[name, kind, limit, decision] += 1

    def _limit_of(self, tenant: str, limit: str) -> str:
        known = self._limits[tenant]
        if limit not in known:
            if len(known) >= _MOST_LIMITS:
                return _OTHER
            known.add(limit)
        return limit

    def add_degraded(self, tenant: str, decision: Decision, reason: str) -> None:
        """Count a decision that was made without the ledger, and tell of it."""
        self.add(tenant, decision)
        self._untold[tenant, decision] += 1
        now = self._degraded_at = self._clock.monotonic()
        if not self.is_degraded:
            self.is_degraded, self._pause_seconds = True, _FIRST_PAUSE_SECONDS
        if now - self._told_at >= self._pause_seconds:
            self._pause_seconds = min(_LONGEST_PAUSE_SECONDS, 2 * self._pause_seconds)
            self._told_at = now
            self._tell_all(reason)

    def regained(self) -> None:
        """Hear that the ledger decides; when it alone does for a while, the rest is told."""
        if self._clock.monotonic() - self._degraded_at >= _FIRST_PAUSE_SECONDS:
            self.is_degraded = False
            self._tell_all("until then; the limits are counted again")

    def _tell_all(self, reason: str) -> None:
        untold, self._untold = self._untold, defaultdict(int)
        for (tenant, decision), count in untold.items():
            self._tell(
                Notice(
                    "limits.degraded",
                    {"tenant": tenant, "decision": decision, "count": count, "reason": reason},
                )
            )
