"""A dashboard as text."""

import pytest

from monitoring.pages import Sample, answered, in_unit, page_text, rules_text
from monitoring.panel import Dashboard, Query, Row, graph, heat, number
from monitoring.rules import Record

_RATE = "sum by (tenant) (rate(hits[$__rate_interval]))"
_ANSWERS = {
    "up": [Sample({"__name__": "up"}, 2)],
    _RATE.replace("$__rate_interval", "5m"): [Sample({"tenant": "acme"}, 1.5), Sample({"tenant": "b"}, 20)],
    "wait": [Sample({"le": "+Inf"}, 3), Sample({"le": "5.0"}, 2), Sample({"le": "10.0"}, 2)],
    "idle": [Sample({}, float("nan"))],
}


def _ask(expression: str) -> list[Sample]:
    return _ANSWERS[expression]


def test_a_page_shows_rows_panels_and_values() -> None:
    """
    A number on its own line, lines by their legend with the highest first, buckets in order.
    """
    dashboard = Dashboard(
        "uid", "Page", "What it is.", (),
        (
            Row("State", (number("Gateways", "none", "Up.", Query("up")),)),
            Row(
                "Load",
                (
                    graph("By tenant", "reqps", "Who.", Query(_RATE, "{{tenant}} asks")),
                    heat("Waits", "How long.", "wait"),
                    graph("Idle", "s", "Nothing.", Query("idle")),
                ),
            ),
        ),
    )  # fmt: skip

    assert """\
Page
====
What it is.

State
-----
Gateways: 2

Load
----
By tenant
    b asks     20 /s
    acme asks  1.5 /s
Waits
    5.0   2
    10.0  2
    +Inf  3
Idle
    no data
""" == page_text(dashboard, _ask)


def test_rules_are_shown_with_what_they_come_to() -> None:
    """
    Each recorded series, and the alerts by name.
    """
    answers = {
        "a:b:c": [Sample({"__name__": "a:b:c"}, 0.25)],
        "d:e:f": [Sample({"__name__": "d:e:f", "tenant": "acme"}, 3)],
        "ALERTS": [
            Sample({"__name__": "ALERTS", "alertname": "Late", "alertstate": "firing"}, 1),
            Sample({"__name__": "ALERTS", "alertname": "Gone", "alertstate": "pending"}, 1),
        ],
    }

    page = rules_text([Record("a:b:c", ""), Record("d:e:f", "")], answers.__getitem__)

    assert (
        """\
Recorded
    a:b:c       0.25
    d:e:f acme  3
Alerts
    Gone  pending
    Late  firing
"""
        == page
    )


def test_what_is_no_number_is_no_data() -> None:
    """
    A quantile of nothing, a share of nothing.
    """
    assert [] == answered(Query("idle"), _ask)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9951, "percentunit", "99.51 %"),
        (0.00012, "s", "120 us"),
        (0.012, "s", "12 ms"),
        (0.0, "s", "0 s"),
        (3.0, "s", "3 s"),
        (600.0, "s", "10 min"),
        (1209600.0, "s", "14 d"),
        (100 * 2**20, "bytes", "100 MiB"),
        (12.5, "reqps", "12.5 /s"),
        (65000.0, "short", "65 k"),
        (7.0, "none", "7"),
    ],
)
def test_values_are_written_in_their_unit(value: float, unit: str, text: str) -> None:
    """
    As somebody reads them, with a few digits.
    """
    assert text == in_unit(value, unit)
