"""
What counts for one caller with one model: the limits of a plan, each with the counter it fills.

A sheet is made once for a caller and reused; an exchange that began under a
sheet is settled under it, whatever policy says by then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from gateway.limits.kinds.ceilings import Ceiling, ContextCeiling
from gateway.limits.limit_rule import CountedLimit, LimitRule
from gateway.limits.windows import Calendar, Edges, Lease, Rolling
from gateway.vocabulary.demand import Amounts

WINDOW, PERIOD, LEASE = 1, 2, 3

_pack = msgspec.msgpack.Encoder().encode
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Counter:
    """
    One limit and the key under which its use is counted.

    `capacity` may be a share of the limit's; `is_own` says that the limit is
    that of a credential and not of a plan.
    """

    rule: CountedLimit
    key: str
    window: Rolling | Calendar | Lease
    capacity: int
    is_shadow: bool
    is_own: bool = False

    def terms(self, now_ms: int) -> tuple[int, ...]:
        """Return what a ledger has to know, as numbers: kind, capacity, shadow, and the window."""
        head = (self.capacity, int(self.is_shadow))
        window = self.window
        if isinstance(window, Rolling):
            return (WINDOW, *head, window.grain_ms, window.parts)
        if isinstance(window, Calendar):
            return (PERIOD, *head, *window.edges(now_ms))
        return (LEASE, *head, window.lease_ms)


@dataclass(slots=True)
class _Terms:
    """What a sheet says at this time, good until a period ends."""

    numbers: tuple[tuple[int, ...], ...] = ()
    packed: bytes = b""
    begin_ms: int = 0
    end_ms: int = 0
    remembered: Any = None
    share: "Sheet | None" = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    The counters that one exchange fills, all of one tenant, and the ceilings it has to keep.

    `tag` is the text in braces that keeps the tenant's keys together.
    `max_tokens` is sent upstream where the caller names none; it is None
    where no limit depends on tokens. `returning` are key and place of the
    counters to which an exchange mostly gives back some of what it took.
    `replicas` is how many copies of a grant there must be before it counts.
    """

    tag: str
    counters: tuple[Counter, ...]
    keys: tuple[str, ...] = ()
    capacities: tuple[int, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    max_tokens: int | None = None
    has_lease: bool = False
    has_shadow: bool = False
    counts_money: bool = False
    bounds_context: bool = False
    returning: tuple[tuple[str, int], ...] = ()
    replicas: int = 0
    _terms: _Terms = field(default_factory=_Terms, compare=False)
    _measures: tuple[Callable[[Amounts], int], ...] = field(default=(), compare=False)

    def rule(self, name: str) -> LimitRule | None:
        """Return the limit of this name, if it is one of these."""
        rules = (*self.ceilings, *(counter.rule for counter in self.counters))
        return next((rule for rule in rules if rule.name == name), None)

    @classmethod
    def of(
        cls,
        tag: str,
        counters: Sequence[Counter],
        *,
        ceilings: tuple[Ceiling, ...] = (),
        max_tokens: int | None = None,
        replicas: int = 0,
    ) -> "Sheet":
        """Return the sheet of these counters and ceilings."""
        return cls(
            tag,
            tuple(counters),
            tuple(counter.key for counter in counters),
            tuple(counter.capacity for counter in counters),
            ceilings,
            max_tokens,
            has_lease=any(isinstance(counter.window, Lease) for counter in counters),
            has_shadow=any(counter.is_shadow for counter in counters),
            counts_money=any(counter.rule.currency is not None for counter in counters),
            returning=tuple([(one.key, at) for at, one in enumerate(counters) if one.rule.counts_tokens]),
            bounds_context=any(isinstance(ceiling, ContextCeiling) for ceiling in ceilings),
            replicas=replicas,
            _measures=tuple(counter.rule.measure for counter in counters),
        )

    def measure(self, amounts: Amounts) -> list[int]:
        """Return how much of each counter so much takes."""
        return [measure(amounts) for measure in self._measures]

    def numbers(self, now_ms: int) -> tuple[tuple[int, ...], ...]:
        """Return the terms of each counter at this time of the gateway."""
        terms = self._terms
        return terms.numbers if terms.begin_ms <= now_ms < terms.end_ms else self._renewed(now_ms).numbers

    def packed(self, now_ms: int) -> bytes:
        """Return the same, packed for a script."""
        terms = self._terms
        return terms.packed if terms.begin_ms <= now_ms < terms.end_ms else self._renewed(now_ms).packed

    def share(self, percent: int) -> "Sheet":
        """Return the same counters with this share of their capacity, for one process to count alone."""
        if self._terms.share is None:
            counters = [
                replace(counter, capacity=max(1, counter.capacity * percent // 100))
                for counter in self.counters
            ]
            self._terms.share = Sheet.of(self.tag, counters)
        return self._terms.share

    def remember(self, make: Callable[[Sequence[Counter]], _Made]) -> _Made:
        """Return what this one maker makes of the counters; it is asked once."""
        if self._terms.remembered is None:
            self._terms.remembered = make(self.counters)
        made: _Made = self._terms.remembered
        return made

    def _renewed(self, now_ms: int) -> _Terms:
        terms = self._terms
        calendars = [one.window for one in self.counters if isinstance(one.window, Calendar)]
        edges = [calendar.edges(now_ms) for calendar in calendars] or [Edges(0, 0, 2**62, 0)]
        terms.numbers = tuple(counter.terms(now_ms) for counter in self.counters)
        terms.packed = _pack(terms.numbers)
        terms.begin_ms = max(edge.begin for edge in edges)
        terms.end_ms = min(edge.end for edge in edges)
        return terms
