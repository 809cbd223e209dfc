"""Every Prometheus metric of the gateway, in one place."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.telemetry.exchange_families import ExchangeFamilies
from gateway.telemetry.limit_family import LimitCounts, LimitFamily
from gateway.telemetry.tallies import Tallies


class Metrics:
    """
    The metrics and their registry.

    What exchanges leave behind is counted in `tallies` and becomes metrics
    when the registry is read. Labels are bounded: see `ExchangeFamilies`.
    """

    def __init__(self) -> None:
        # `auto_describe`, so that a second metric of the same name is refused.
        self.registry = CollectorRegistry(auto_describe=True)
        self.tallies = Tallies()
        self.registry.register(ExchangeFamilies(self.tallies))
        self.in_flight = Gauge(
            "gateway_requests_in_flight", "Exchanges that run now.", registry=self.registry
        )
        self.notices = Counter(
            "gateway_notices",
            "Events outside an exchange, such as policy.rejected.",
            ("kind",),
            registry=self.registry,
        )
        self.failed_credentials = Gauge(
            "gateway_failed_credentials",
            "Credentials since the start that were not valid.",
            registry=self.registry,
        )
        self.unsettled = Gauge(
            "gateway_unsettled_reservations",
            "Settlements that wait for Redis to come back, or were given up; what they reserved stays used.",
            registry=self.registry,
        )
        self.lost_lines = Gauge(
            "gateway_lost_log_lines",
            "Lines of a log that could not be written since the start.",
            ("log",),
            registry=self.registry,
        )
        self.rejected_entries = Gauge(
            "gateway_cache_rejected_entries",
            "Entries of the response cache that were damaged, foreign or locked with another key.",
            registry=self.registry,
        )

    def watch_limits(self, counts: LimitCounts, unsettled: Callable[[], int]) -> None:
        """Show what the limits decide."""
        self.registry.register(LimitFamily(counts))
        self.unsettled.set_function(unsettled)
