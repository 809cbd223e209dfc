"""What a family of metrics is: a name, labels, and how several processes' numbers become one."""

from typing import Literal

import msgspec

Kind = Literal["counter", "gauge", "histogram"]
Merging = Literal["sum", "max", "min", "newest"]

_TOTAL = "_total"


class Family(msgspec.Struct, frozen=True):
    """
    One metric under all its labels.

    `name` is what a query names; for a histogram, without `_bucket`, `_sum`
    and `_count`. `buckets` are the upper bounds but the infinite one.
    `merging` says what several workers' values of one series come to: those of
    counters and histograms add up, and only those outlive their worker. Money
    is counted in whole micro-units and told in units (`is_money`).
    """

    name: str
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    merging: Merging = "sum"
    is_money: bool = False

    @property
    def base_name(self) -> str:
        """The name as OpenMetrics declares it: a counter's without its ending."""
        return self.name.removesuffix(_TOTAL) if self.kind == "counter" else self.name


def counter(name: str, told: str, *labels: str) -> Family:
    """Return a family of numbers that only grow."""
    return Family(name, "counter", told, labels)


def money(name: str, told: str, *labels: str) -> Family:
    """Return a family of sums of money, which only grow."""
    return Family(name, "counter", told, labels, is_money=True)


def gauge(name: str, told: str, *labels: str, merging: Merging = "sum") -> Family:
    """Return a family of numbers that say how things are now."""
    return Family(name, "gauge", told, labels, merging=merging)


def histogram(name: str, told: str, *labels: str, buckets: tuple[float, ...]) -> Family:
    """Return a family that says how often what was measured fell between which bounds."""
    return Family(name, "histogram", told, labels, buckets)
