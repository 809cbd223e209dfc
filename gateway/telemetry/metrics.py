"""Every Prometheus metric of the gateway, in one place."""

from functools import partial

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
        counter = partial(Counter, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry, buckets=_SECONDS)
        self.requests = counter(
            "gateway_requests",
            "Exchanges that ended, by how they ended.",
            ("tenant", "model", "status", "ending"),
        )
        self.duration = histogram(
            "gateway_request_duration_seconds",
            "From the head of a request to the last byte of its answer.",
            ("model", "mode"),
        )
        self.first_token = histogram(
            "gateway_first_token_seconds",
            "From the head of a request to the first frame of its answer.",
            ("model", "mode"),
        )
        self.tokens = counter(
            "gateway_tokens",
            "Tokens of answers: cache_hit and cache_miss make the prompt, reasoning is part of completion.",
            ("tenant", "model", "type"),
        )
        self.attempts = counter(
            "gateway_upstream_attempts", "Tries at an upstream, whatever came of them.", ("upstream",)
        )
        self.upstream_errors = counter(
            "gateway_upstream_errors",
            "Tries at an upstream that gave no whole answer, by stable error code.",
            ("upstream", "code"),
        )
        self.in_flight = gauge("gateway_requests_in_flight", "Exchanges that run now.")
        self.notices = counter(
            "gateway_notices", "Events outside an exchange, such as policy.rejected.", ("kind",)
        )
        self.lost_lines = gauge(
            "gateway_lost_log_lines", "Lines of a log that could not be written since the start.", ("log",)
        )
