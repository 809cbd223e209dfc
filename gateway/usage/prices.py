"""
What tokens cost: dated prices, with hours of the week that have their own.

Money is whole micro-units (millionths of a dollar or yuan), rates are
micro-units for a million tokens, and a cost is rounded up once, at its end.
An exchange is priced by the moment at which it was reserved, from reservation
to settlement, so that what was granted covers what is booked.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from gateway.usage.rules import HoursRules, PriceRules, PricesDocument, RateRules
from gateway.vocabulary.money import micros_of
from gateway.vocabulary.usage import Usage

_MILLION = 1_000_000
# As much as any limit on money allows; ledgers count in numbers of 53 bits.
MOST_MICROS = 10**15
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Rates:
    """Micro-units for a million tokens of each class."""

    cache_hit: int
    cache_miss: int
    output: int
    reasoning: int

    @classmethod
    def of(cls, rules: RateRules) -> "Rates":
        """Return the rates that a document states."""
        output = micros_of(rules.output)
        reasoning = output if rules.reasoning is None else micros_of(rules.reasoning)
        return cls(micros_of(rules.cache_hit), micros_of(rules.cache_miss), output, reasoning)

    def cost(self, usage: Usage) -> int:
        """Return what an answer cost, in micro-units."""
        # What no server divided into hits and misses was no hit.
        miss = max(usage.cache_miss_tokens, usage.prompt_tokens - usage.cache_hit_tokens)
        plain = usage.completion_tokens - usage.reasoning_tokens
        total = (
            usage.cache_hit_tokens * self.cache_hit
            + miss * self.cache_miss
            + plain * self.output
            + usage.reasoning_tokens * self.reasoning
        )
        return min(MOST_MICROS, -(-total // _MILLION))

    def most(self, input_tokens: int, output_tokens: int) -> int:
        """Return what so many tokens cost at most."""
        dearest_in, dearest_out = max(self.cache_hit, self.cache_miss), max(self.output, self.reasoning)
        total = input_tokens * dearest_in + output_tokens * dearest_out
        return min(MOST_MICROS, -(-total // _MILLION))


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the week, by minutes of the day, in a time zone."""

    zone: ZoneInfo
    days: frozenset[int]
    minutes: tuple[tuple[int, int], ...]
    except_on: frozenset[date]

    @classmethod
    def of(cls, rules: HoursRules) -> "Hours":
        """Return the hours that a document states."""
        return cls(
            ZoneInfo(rules.time_zone),
            frozenset(_DAYS.index(day) for day in rules.days),
            tuple(_minutes(text) for text in rules.hours),
            frozenset(map(date.fromisoformat, rules.except_on)),
        )

    def include(self, wall_seconds: float) -> bool:
        """Whether this moment is one of them."""
        now = datetime.fromtimestamp(wall_seconds, self.zone)
        if now.weekday() not in self.days or now.date() in self.except_on:
            return False
        minute = now.hour * 60 + now.minute
        return any(begin <= minute < end for begin, end in self.minutes)


@dataclass(frozen=True, slots=True)
class Price:
    """One price from a date on."""

    valid_from: float
    rates: Rates
    peak: Rates | None = None
    peak_hours: Hours | None = None

    def at(self, wall_seconds: float) -> Rates:
        """Return the rates of this moment."""
        if self.peak is not None and self.peak_hours is not None and self.peak_hours.include(wall_seconds):
            return self.peak
        return self.rates


@dataclass(slots=True)
class _Minute:
    """The rates of one minute, within which they do not change."""

    number: int = -1
    rates: Rates = Rates(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PriceList:
    """A model's prices at an upstream in one currency, by date; before the first date the first counts."""

    prices: tuple[Price, ...]
    _minute: _Minute = field(default_factory=_Minute, compare=False)

    def at(self, wall_seconds: float) -> Rates:
        """Return the rates of this moment."""
        minute = self._minute
        number = int(wall_seconds // 60)
        if minute.number != number:
            dates = [price.valid_from for price in self.prices]
            place = max(0, bisect_right(dates, wall_seconds) - 1)
            minute.number, minute.rates = number, self.prices[place].at(wall_seconds)
        return minute.rates

    def least(self) -> int:
        """Return what a request costs at least, at any moment; 0 where it may cost nothing."""
        rates = [one for price in self.prices for one in (price.rates, price.peak) if one is not None]
        return min(one.most(1, 0) for one in rates)


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Every price of a set of documents."""

    rules: Sequence[PriceRules]
    hours: Mapping[str, Hours]

    def lists(self, upstream: str, model: str) -> dict[str, PriceList]:
        """Return the prices of a model at an upstream, by currency."""
        found: dict[str, tuple[PriceRules, list[PriceRules]]] = {}
        for rule in self.rules:
            if not (fnmatchcase(upstream, rule.upstream) and fnmatchcase(model, rule.model)):
                continue
            first, dated = found.setdefault(rule.currency, (rule, []))
            if (rule.upstream, rule.model) == (first.upstream, first.model):
                dated.append(rule)
        return {currency: self._list(dated) for currency, (_, dated) in found.items()}

    def _list(self, dated: Sequence[PriceRules]) -> PriceList:
        prices = [self._price(rule) for rule in sorted(dated, key=lambda rule: rule.valid_from)]
        return PriceList(tuple(prices))

    def _price(self, rule: PriceRules) -> Price:
        begin = datetime.fromisoformat(rule.valid_from).replace(tzinfo=UTC).timestamp()
        rates = Rates.of(rule.per_million)
        if rule.peak is None:
            return Price(begin, rates)
        return Price(begin, rates, Rates.of(rule.peak.per_million), self.hours[rule.peak.hours])


def price_book(document: PricesDocument | None) -> PriceBook:
    """Return the book of a document that has no objections."""
    if document is None:
        return PriceBook((), {})
    return PriceBook(document.prices, {name: Hours.of(rules) for name, rules in document.hours.items()})


def objections(document: PricesDocument) -> Iterator[tuple[str, str]]:
    """Yield key and reason of everything in a document that makes no sense."""
    for name, hours in document.hours.items():
        for key, message in _hours_mistakes(hours):
            yield f"hours.{name}.{key}", message
    seen: set[tuple[str, str, str, str]] = set()
    for place, rule in enumerate(document.prices):
        key = f"prices[{place}]"
        if not _is_date(rule.valid_from):
            yield f"{key}.valid_from", "is no date; write 2026-11-15"
        if rule.peak is not None and rule.peak.hours not in document.hours:
            yield f"{key}.peak.hours", f"no hours '{rule.peak.hours}' under `hours`; add them"
        identity = (rule.upstream, rule.model, rule.currency, rule.valid_from)
        if identity in seen:
            yield key, "has the upstream, model, currency and date of another price; keep one of them"
        seen.add(identity)


def _hours_mistakes(rules: HoursRules) -> Iterator[tuple[str, str]]:
    try:
        ZoneInfo(rules.time_zone)
    except (OSError, ValueError, KeyError):
        yield "time_zone", "is no time zone; write UTC, or a name such as Asia/Shanghai"
    for place, text in enumerate(rules.hours):
        begin, end = _minutes(text)
        if begin >= end or end > 24 * 60:
            yield f"hours[{place}]", "ends before it begins; write two entries for hours across midnight"
    for place, text in enumerate(rules.except_on):
        if not _is_date(text):
            yield f"except_on[{place}]", "is no date; write 2026-10-01"


def _minutes(text: str) -> tuple[int, int]:
    begin, _, end = text.partition("-")
    first, last = (int(one[:2]) * 60 + int(one[3:]) for one in (begin, end))
    return first, last


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
