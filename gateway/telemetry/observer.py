"""The one who turns outcomes into metrics."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPENMETRICS_TYPE
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from gateway.telemetry.metrics import Metrics
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome


class Observer:
    """Count every closed exchange and every notice."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._tallies = metrics.tallies

    def exchange_ended(self, outcome: Outcome) -> None:
        """Count one exchange, its tokens and its tries."""
        self._tallies.add(outcome)

    def noticed(self, notice: Notice) -> None:
        """Count one event by its kind."""
        self._metrics.notices.labels(notice.kind).inc()


def expose(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """Return the metrics as text and its media type: OpenMetrics for who asks for it, else Prometheus."""
    if "application/openmetrics-text" in accept:
        return openmetrics(registry), OPENMETRICS_TYPE  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
