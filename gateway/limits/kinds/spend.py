"""So much money in an hour, a day or a month of a calendar."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from gateway.limits.limit_rule import CountedLimit, Unit
from gateway.limits.windows import Calendar, is_time_zone
from gateway.vocabulary.demand import Amounts
from gateway.vocabulary.money import Amount, Currency, micros_of

TimeZone = Annotated[str, Meta(description="a time zone such as UTC or Asia/Shanghai")]


class SpendLimit(CountedLimit, frozen=True, kw_only=True, tag="spend"):
    """At most `amount` of a currency in each `period` of the calendar of `time_zone`."""

    unit: ClassVar[Unit] = "money"
    counts_tokens: ClassVar[bool] = True

    amount: Amount
    money: Currency
    period: Literal["hour", "day", "month"]
    time_zone: TimeZone = "UTC"

    @property
    def currency(self) -> str:
        """The currency that it counts."""
        return self.money

    @property
    def counted(self) -> str:
        """The same."""
        return self.money

    @property
    def capacity(self) -> int:
        """How many micro-units are allowed."""
        return micros_of(self.amount)

    @property
    def window(self) -> Calendar:
        """Where they are counted."""
        return Calendar(self.period, self.time_zone)

    def measure(self, amounts: Amounts) -> int:
        """Count the micro-units of its currency."""
        return amounts.costs.get(self.money, 0)

    def objections(self) -> Iterator[tuple[str, str]]:
        """Yield key and reason of what cannot be kept."""
        yield from CountedLimit.objections(self)
        if not is_time_zone(self.time_zone):
            yield ".time_zone", "is no time zone; write UTC, or a name such as Asia/Shanghai"
        if self.capacity == 0:
            yield ".amount", "is nothing, so every request would be refused; disable the tenant instead"
