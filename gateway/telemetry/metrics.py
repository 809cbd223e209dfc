"""Every Prometheus metric of the gateway, in one place."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# Thinking takes minutes: the buckets reach 600 seconds.
_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 600.0)


class Metrics:
    """
    The metrics and their registry.

    Labels are bounded: tenants, models and upstreams are names of the policy,
    never what a caller typed, and no label names a person.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gateway_requests",
            "Exchanges that ended, by how they ended.",
            ("tenant", "model", "status", "ending"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "gateway_request_duration_seconds",
            "From the head of a request to the last byte of its answer.",
            ("model", "mode"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.first_token = Histogram(
            "gateway_first_token_seconds",
            "From the head of a request to the first frame of its answer.",
            ("model", "mode"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.tokens = Counter(
            "gateway_tokens",
            "Tokens of answers: cache_hit and cache_miss make the prompt, reasoning is part of completion.",
            ("tenant", "model", "type"),
            registry=self.registry,
        )
        self.attempts = Counter(
            "gateway_upstream_attempts",
            "Tries at an upstream, whatever came of them.",
            ("upstream",),
            registry=self.registry,
        )
        self.upstream_errors = Counter(
            "gateway_upstream_errors",
            "Tries at an upstream that gave no whole answer, by stable error code.",
            ("upstream", "code"),
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "gateway_requests_in_flight",
            "Exchanges that run now.",
            registry=self.registry,
        )
        self.notices = Counter(
            "gateway_notices",
            "Events outside an exchange, such as policy.reloaded and policy.rejected.",
            ("kind",),
            registry=self.registry,
        )
        self.lost_lines = Gauge(
            "gateway_lost_log_lines",
            "Lines of a log that could not be written since the start.",
            ("log",),
            registry=self.registry,
        )
