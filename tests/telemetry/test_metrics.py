"""Every metric of the gateway has a good name and bounded labels."""

import re

from prometheus_client import Metric

from gateway.telemetry.metrics import Metrics

_NAMES_OF_THE_POLICY = {"tenant", "model", "upstream"}
_SHORT_LISTS = {"status", "ending", "mode", "type", "code", "kind", "log"}


def families() -> list[Metric]:
    return list(Metrics().registry.collect())


def test_every_metric_bears_the_gateways_name_and_says_what_it_is() -> None:
    """
    Names are snake case under one prefix; help texts are sentences.
    """
    bad = [
        family.name
        for family in families()
        if not re.fullmatch(r"gateway_[a-z]+(_[a-z]+)*", family.name)
        or not family.documentation.endswith(".")
    ]

    assert [] == bad


def test_durations_are_in_seconds() -> None:
    """
    As Prometheus asks; the buckets reach as far as models think.
    """
    metrics = Metrics()

    assert {"gateway_request_duration_seconds", "gateway_first_token_seconds"} == {
        family.name for family in families() if family.type == "histogram"
    }
    assert 600.0 == sorted(metrics.duration._upper_bounds)[-2]


def test_no_label_is_open_to_what_a_caller_types() -> None:
    """
    Labels are names of the policy or short lists of ours.
    """
    metrics = Metrics()

    labels = {label for metric in vars(metrics).values() for label in getattr(metric, "_labelnames", ())}

    assert labels == _NAMES_OF_THE_POLICY | _SHORT_LISTS


def test_two_gateways_in_one_process_do_not_share_metrics() -> None:
    """
    Each has a registry of its own.
    """
    first, second = Metrics(), Metrics()

    first.notices.labels("policy.reloaded").inc()

    assert second.registry.get_sample_value("gateway_notices_total", {"kind": "policy.reloaded"}) is None
