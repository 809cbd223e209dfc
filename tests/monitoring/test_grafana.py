"""A dashboard as Grafana reads it."""

from typing import Any

import orjson

from monitoring.grafana import dashboard_text
from monitoring.panel import TENANT, Dashboard, Panel, Query, Row, graph, heat, number

_TABLE = Panel("Costs", "What it costs.", "none", (Query("sum by (tenant) (b)"),), "table")
_DASHBOARD = Dashboard(
    "uid-1",
    "A page",
    "What it is for.",
    (TENANT,),
    (
        Row("First", (number("One", "none", "One.", Query("a"), (0, "red"), (1, "green")),)),
        Row("Second", (graph("Two", "s", "Two.", Query("b", "{{c}}")), heat("Three", "Three.", "d"), _TABLE)),
    ),
)


def _document() -> Any:
    return orjson.loads(dashboard_text(_DASHBOARD))


def _panel(title: str) -> Any:
    return next(panel for panel in _document()["panels"] if panel["title"] == title)


def test_panels_lie_beside_and_below_each_other_without_touching() -> None:
    """
    Rows have a line of their own; what does not fit into 24 columns begins a new line.
    """
    places = [
        (panel["title"], *(panel["gridPos"][side] for side in "xywh")) for panel in _document()["panels"]
    ]

    assert [
        ("First", 0, 0, 24, 1),
        ("One", 0, 1, 4, 4),
        ("Second", 0, 5, 24, 1),
        ("Two", 0, 6, 12, 8),
        ("Three", 12, 6, 12, 8),
        ("Costs", 0, 14, 12, 8),
    ] == places


def test_every_question_goes_to_the_chosen_datasource() -> None:
    """
    Nothing names a Prometheus of one installation.
    """
    panels = [panel for panel in _document()["panels"] if panel["type"] != "row"]
    sources = {
        source["uid"]
        for panel in panels
        for source in [panel["datasource"], panel["targets"][0]["datasource"]]
    }

    assert {"${datasource}"} == sources
    assert ["datasource", "tenant"] == [one["name"] for one in _document()["templating"]["list"]]


def test_a_choice_offers_the_values_of_its_label_and_all_of_them() -> None:
    """
    Who chooses all also sees series that came later.
    """
    choice = _document()["templating"]["list"][1]

    assert "label_values(gateway_requests_total, tenant)" == choice["query"]["query"]
    assert (True, ".*") == (choice["includeAll"], choice["allValue"])


def test_the_first_colour_has_no_lower_end() -> None:
    """
    Grafana wants the lowest step without a value.
    """
    steps = _panel("One")["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert [{"value": None, "color": "red"}, {"value": 1, "color": "green"}] == steps


def test_a_heatmap_reads_the_buckets_as_they_are() -> None:
    """
    Prometheus has counted already.
    """
    panel = _panel("Three")

    assert ("heatmap", "{{le}}", False) == (
        panel["targets"][0]["format"],
        panel["targets"][0]["legendFormat"],
        panel["options"]["calculate"],
    )


def test_a_table_shows_one_moment_and_no_time() -> None:
    """
    Its value is called what the table is called.
    """
    panel = _panel("Costs")
    organized = panel["transformations"][1]["options"]

    assert (True, False) == (panel["targets"][0]["instant"], panel["targets"][0]["range"])
    assert ({"Time": True}, "Costs") == (organized["excludeByName"], organized["renameByName"]["Value"])
