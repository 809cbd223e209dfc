"""A dashboard in Grafana's own words."""

import json
from typing import Any

from monitoring.panel import Dashboard, Panel, Query, Variable

_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_TAG = "deepseek-gateway"
_HEIGHTS = {"stat": 4}
_HEIGHT = 8
_COLUMNS = 24
_LINES = {"fillOpacity": 10, "lineWidth": 1, "showPoints": "never", "spanNulls": False}


def dashboard_text(dashboard: Dashboard) -> str:
    """Return the JSON document that Grafana reads."""
    document = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.told,
        "tags": [_TAG],
        "schemaVersion": 39,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [_siblings()],
        "templating": {"list": [_datasource(), *map(_choice, dashboard.variables)]},
        "panels": _panels(dashboard),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _siblings() -> dict[str, Any]:
    told = {"title": "The gateway's dashboards", "type": "dashboards", "tags": [_TAG]}
    return told | {"asDropdown": True, "includeVars": True, "keepTime": True}


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _choice(variable: Variable) -> dict[str, Any]:
    query = f"label_values({variable.metric}, {variable.name})"
    return {
        "name": variable.name,
        "label": variable.told,
        "type": "query",
        "datasource": _SOURCE,
        "definition": query,
        "query": {"query": query, "refId": variable.name},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    """Lay the panels out line by line, each row under its own heading."""
    laid: list[dict[str, Any]] = []
    top = 0
    for row in dashboard.rows:
        heading = {"type": "row", "title": row.title, "collapsed": False, "panels": []}
        laid.append(heading | _place(len(laid), 0, top, _COLUMNS, 1))
        top, left, tallest = top + 1, 0, 0
        for panel in row.panels:
            height = _HEIGHTS.get(panel.kind, _HEIGHT)
            if left + panel.width > _COLUMNS:
                top, left, tallest = top + tallest, 0, 0
            laid.append(_panel(panel) | _place(len(laid), left, top, panel.width, height))
            left, tallest = left + panel.width, max(tallest, height)
        top += tallest
    return laid


def _place(number: int, left: int, top: int, width: int, height: int) -> dict[str, Any]:
    return {"id": number + 1, "gridPos": {"x": left, "y": top, "w": width, "h": height}}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.told,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
        "targets": [_target(query, panel, place) for place, query in enumerate(panel.queries)],
    } | _transformed(panel)


def _defaults(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "color": {"mode": "palette-classic"}}
    if panel.steps:
        first, *later = [{"value": value, "color": colour} for value, colour in panel.steps]
        defaults["thresholds"] = {"mode": "absolute", "steps": [first | {"value": None}, *later]}
        if panel.kind != "timeseries":
            defaults["color"] = {"mode": "thresholds"}
    if panel.kind == "timeseries":
        stacking = {"mode": "normal" if panel.is_stacked else "none"}
        marks = {"mode": "line" if panel.steps else "off"}
        defaults["custom"] = _LINES | {"stacking": stacking, "thresholdsStyle": marks}
    return defaults


def _options(panel: Panel) -> dict[str, Any]:
    last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    match panel.kind:
        case "stat":
            return {"reduceOptions": last, "colorMode": "value", "graphMode": "area"}
        case "bargauge":
            return {"reduceOptions": last, "orientation": "horizontal", "displayMode": "basic"}
        case "heatmap":
            scheme = {"mode": "scheme", "scheme": "Oranges", "steps": 64}
            return {"calculate": False, "color": scheme, "yAxis": {"unit": panel.unit}}
        case "table":
            return {"showHeader": True}
    legend = {"displayMode": "table", "placement": "bottom", "calcs": ["mean", "max"]}
    return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}


def _target(query: Query, panel: Panel, place: int) -> dict[str, Any]:
    is_now = panel.kind in {"table", "bargauge"}
    return {
        "refId": chr(ord("A") + place),
        "datasource": _SOURCE,
        "expr": query.expression,
        "legendFormat": query.legend,
        "format": panel.kind if panel.kind in {"table", "heatmap"} else "time_series",
        "instant": is_now,
        "range": not is_now,
    }


def _transformed(panel: Panel) -> dict[str, Any]:
    """A table shows its labels and its values, and not the time."""
    if panel.kind != "table":
        return {}
    names = {"Value": panel.title} | {
        f"Value #{chr(ord('A') + place)}": query.legend for place, query in enumerate(panel.queries)
    }
    hidden = {"excludeByName": {"Time": True}, "renameByName": names}
    return {"transformations": [{"id": "merge", "options": {}}, {"id": "organize", "options": hidden}]}
