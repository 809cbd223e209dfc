"""The one who turns outcomes into metrics."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPENMETRICS_TYPE
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics

from gateway.telemetry.metrics import Metrics
from gateway.vocabulary.notice import Notice
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.usage import Usage

_NONE = "none"


class Exchanges:
    """The children of one (tenant, model, mode), looked up once: `labels()` costs more than the count."""

    __slots__ = ("duration", "endings", "first_token", "tokens")

    def __init__(self, metrics: Metrics, tenant: str, model: str, mode: str) -> None:
        self.endings: dict[tuple[int | None, str], Counter] = {}
        self.duration: Histogram = metrics.duration.labels(model, mode)
        self.first_token: Histogram = metrics.first_token.labels(model, mode)
        self.tokens = tuple(
            metrics.tokens.labels(tenant, model, kind)
            for kind in ("cache_hit", "cache_miss", "completion", "reasoning")
        )


class Observer:
    """Count every closed exchange and every notice."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._exchanges: dict[tuple[str, str, bool], Exchanges] = {}
        self._attempts: dict[str, Counter] = {}

    def exchange_ended(self, outcome: Outcome) -> None:
        """Count one exchange, its tokens and its tries."""
        tenant = outcome.caller.tenant if outcome.caller else _NONE
        model = outcome.model or _NONE
        key = (tenant, model, outcome.streamed)
        children = self._exchanges.get(key)
        if children is None:
            mode = "stream" if outcome.streamed else "whole"
            children = self._exchanges[key] = Exchanges(self._metrics, tenant, model, mode)
        ending = (outcome.status, outcome.ending)
        requests = children.endings.get(ending)
        if requests is None:
            status = str(outcome.status) if outcome.status else _NONE
            requests = self._metrics.requests.labels(tenant, model, status, outcome.ending)
            children.endings[ending] = requests
        requests.inc()
        children.duration.observe(outcome.total_seconds)
        if outcome.first_token_seconds is not None:
            children.first_token.observe(outcome.first_token_seconds)
        if outcome.usage.total_tokens:
            _count_tokens(children, outcome.usage)
        for attempt in outcome.attempts:
            self._count_attempt(attempt.upstream, attempt.error)

    def noticed(self, notice: Notice) -> None:
        """Count one event by its kind."""
        self._metrics.notices.labels(notice.kind).inc()

    def _count_attempt(self, upstream: str, error: str | None) -> None:
        attempts = self._attempts.get(upstream)
        if attempts is None:
            attempts = self._attempts[upstream] = self._metrics.attempts.labels(upstream)
        attempts.inc()
        if error is not None:
            self._metrics.upstream_errors.labels(upstream, error).inc()


def _count_tokens(children: Exchanges, usage: Usage) -> None:
    counts = (
        usage.cache_hit_tokens,
        usage.cache_miss_tokens,
        usage.completion_tokens,
        usage.reasoning_tokens,
    )
    for child, count in zip(children.tokens, counts, strict=True):
        if count:
            child.inc(count)


def exposition(metrics: Metrics, accept: str) -> tuple[bytes, str]:
    """Return the metrics as text and its media type: OpenMetrics for who asks for it, else Prometheus."""
    if "application/openmetrics-text" in accept:
        return openmetrics(metrics.registry), OPENMETRICS_TYPE  # type: ignore[no-untyped-call]
    return generate_latest(metrics.registry), CONTENT_TYPE_LATEST
