"""Recording rules and alerts ask for what the gateway exports."""

import re
from pathlib import Path

import pytest

from monitoring.exported import exported, known_series
from monitoring.promql import read_expression
from monitoring.rules import Alert, Record, alerts, records

_KNOWN = exported(records())


def _faults(alert: Alert) -> list[str]:
    reading = read_expression(alert.expression, _KNOWN)
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(alert.annotations.values())))
    # An alert about absence has the labels of its matchers, which no reading knows.
    missing = set() if "absent(" in alert.expression else named - reading.labels
    return [*reading.faults, *(f"no label {label!r} for the annotations" for label in sorted(missing))]


def test_every_recording_rule_reads_what_there_is() -> None:
    """
    The gateway's metrics, and what rules before it record.
    """
    faults = [
        f"{record.name}: {fault}"
        for record in records()
        for fault in read_expression(record.expression, _KNOWN).faults
    ]

    assert [] == faults


def test_every_alert_reads_what_there_is() -> None:
    """
    Its metrics, labels and buckets exist, and so do the labels that its words name.
    """
    faults = [f"{alert.name}: {fault}" for alert in alerts() for fault in _faults(alert)]

    assert [] == faults


@pytest.mark.parametrize(
    ("expression", "description"),
    [
        ("gateway_upstream_is_up == 0", "It is down."),
        ('gateway_upstream_up{server="a"} == 0', "It is down."),
        ("min by (upstream) (gateway_upstream_up) == 0", "{{ $labels.instance }} sees it down."),
    ],
)
def test_an_alert_that_reads_something_else_is_found(expression: str, description: str) -> None:
    """
    The test above can fail.
    """
    assert 1 == len(_faults(Alert("Any", expression, {}, {"description": description})))


def test_every_alert_says_what_happened_and_how_bad_it_is() -> None:
    """
    Summary, description and severity.
    """
    silent = [
        alert.name
        for alert in alerts()
        if alert.labels.get("severity") not in {"critical", "warning"}
        or not alert.annotations.get("summary")
        or not alert.annotations.get("description", "").endswith(".")
    ]

    assert [] == silent


def test_a_rule_may_read_what_an_earlier_one_records() -> None:
    """
    With the labels that the earlier one leaves.
    """
    known = known_series((), [Record("a:b:c", "sum by (job) (up)"), Record("d:e:f", "max by (job) (a:b:c)")])

    assert {"job"} == known["d:e:f"].labels


def test_rules_are_read_from_every_file(tmp_path: Path) -> None:
    """
    Records and alerts, in the order of the files.
    """
    (tmp_path / "a.yml").write_text("groups: [{name: g, rules: [{record: r, expr: up}]}]")
    (tmp_path / "b.yml").write_text(
        "groups: [{name: h, rules: [{alert: A, expr: up == 0, labels: {x: y}, annotations: {summary: s}}]}]"
    )

    assert (Record("r", "up"),) == records(tmp_path)
    assert (Alert("A", "up == 0", {"x": "y"}, {"summary": "s"}),) == alerts(tmp_path)
