"""Every metric of the gateway has a good name and bounded labels."""

import re

from prometheus_client import Metric

from gateway.telemetry.metrics import Metrics
from tests.fakes.builders import an_attempt, an_outcome

_NAMES_OF_THE_POLICY = {"tenant", "model", "upstream"}
_SHORT_LISTS = {"status", "ending", "mode", "type", "code", "kind", "log"}


def families() -> list[Metric]:
    """Every metric after an exchange that failed over, and after one notice."""
    metrics = Metrics()
    attempts = (an_attempt("first", "upstream_timeout"), an_attempt("second"))
    metrics.tallies.add(an_outcome(attempts=attempts))
    metrics.notices.labels("policy.reloaded").inc()
    metrics.lost_lines.labels("audit").set(1)
    return list(metrics.registry.collect())


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
    histograms = [family for family in families() if family.type == "histogram"]

    assert {"gateway_request_duration_seconds", "gateway_first_token_seconds"} == {
        family.name for family in histograms
    }
    assert [600.0, 600.0] == [
        sorted({float(sample.labels["le"]) for sample in family.samples if "le" in sample.labels})[-2]
        for family in histograms
    ]


def test_no_label_is_open_to_what_a_caller_types() -> None:
    """
    Labels are names of the policy or short lists of ours.
    """
    labels = {label for family in families() for sample in family.samples for label in sample.labels}

    assert labels - {"le"} == _NAMES_OF_THE_POLICY | _SHORT_LISTS


def test_two_gateways_in_one_process_do_not_share_metrics() -> None:
    """
    Each has a registry of its own.
    """
    first, second = Metrics(), Metrics()

    first.notices.labels("policy.reloaded").inc()

    assert second.registry.get_sample_value("gateway_notices_total", {"kind": "policy.reloaded"}) is None
