"""The dashboards ask for what the gateway exports, and what is shipped is what they say."""

import re
from collections.abc import Iterator

import pytest

from monitoring.book import DASHBOARDS, FOLDER
from monitoring.exported import exported
from monitoring.grafana import dashboard_text
from monitoring.panel import Dashboard, Panel, Query, filled
from monitoring.promql import read_expression
from monitoring.rules import records

_KNOWN = exported(records())


def _panels() -> Iterator[tuple[str, Panel]]:
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard.panels:
            yield f"{name}: {panel.title}", panel


def _faults(query: Query) -> list[str]:
    reading = read_expression(filled(query.expression), _KNOWN)
    named = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    return [
        *reading.faults,
        *(f"no label {label!r} for the legend" for label in sorted(named - reading.labels)),
    ]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_shipped_dashboard_is_current(name: str) -> None:
    """
    After a change of monitoring/: make dashboards.
    """
    kept = (FOLDER / f"{name}.json").read_text(encoding="utf-8")

    assert dashboard_text(DASHBOARDS[name]) == kept


def test_no_dashboard_is_shipped_that_nobody_makes() -> None:
    """
    The folder holds those of the book and no others.
    """
    assert set(DASHBOARDS) == {path.stem for path in FOLDER.iterdir()}


def test_every_panel_asks_for_what_there_is() -> None:
    """
    Every expression parses; its metrics, labels, buckets and legends exist.
    """
    faults = [
        f"{place}: {fault}"
        for place, panel in _panels()
        for query in panel.queries
        for fault in _faults(query)
    ]

    assert [] == faults


@pytest.mark.parametrize(
    "query",
    [
        Query("rate(gateway_request_total[$__rate_interval])"),
        Query('gateway_requests_total{tenant=~"$tenant",mode="stream"}'),
        Query("sum by (model) (rate(gateway_requests_total[$__range]))", "{{tenant}}"),
        Query('gateway_first_token_seconds_bucket{le="4.0"}'),
        Query("gateway:availability_errors:ratio_rate7d"),
    ],
)
def test_a_panel_that_asks_for_something_else_is_found(query: Query) -> None:
    """
    The test above can fail.
    """
    assert 1 == len(_faults(query))


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    """
    A picture without words is read wrongly at night.
    """
    silent = [place for place, panel in _panels() if not panel.told.endswith(".") or not panel.unit]

    assert [] == silent


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_the_choices_of_a_dashboard_are_those_its_panels_use(dashboard: Dashboard) -> None:
    """
    A choice at its head changes something, and none is missing.
    """
    asked = " ".join(query.expression for panel in dashboard.panels for query in panel.queries)
    used = set(re.findall(r"\$([a-z]\w*)", asked))

    assert {variable.name for variable in dashboard.variables} == used


def test_what_a_choice_offers_is_a_label_that_there_is() -> None:
    """
    The values of every variable come from a metric that has this label.
    """
    wrong = [
        f"{variable.metric} {variable.name}"
        for dashboard in DASHBOARDS.values()
        for variable in dashboard.variables
        if variable.metric not in _KNOWN or variable.name not in _KNOWN[variable.metric].labels
    ]

    assert [] == wrong


def test_no_two_dashboards_share_a_name() -> None:
    """
    Grafana tells them apart by uid.
    """
    assert len(DASHBOARDS) == len({dashboard.uid for dashboard in DASHBOARDS.values()})
