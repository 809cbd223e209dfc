"""What the limits decided, told as Prometheus wants it."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

LimitCounts: TypeAlias = Mapping[tuple[str, str, str], int]


class LimitFamily(Collector):
    """
    Decisions by tenant, limit and what was decided, made when they are read.

    Tenants and limits are names of the policy, so the labels are bounded.
    """

    def __init__(self, counts: LimitCounts) -> None:
        self._counts = counts

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Return the family with all that was decided so far."""
        family = CounterMetricFamily(
            "gateway_limit_decisions",
            "What limits decided; shadow is what a limit in shadow mode would have refused.",
            labels=("tenant", "limit", "decision"),
        )
        for (tenant, limit, decision), count in list(self._counts.items()):
            family.add_metric((tenant, limit, decision), count)
        yield family
