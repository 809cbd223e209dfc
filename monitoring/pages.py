"""Dashboards and rules as text: what each panel shows and each rule comes to at one moment."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.panel import Dashboard, Panel, Query, filled
from monitoring.rules import Record


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of an answer of Prometheus, and its value."""

    labels: Mapping[str, str]
    value: float


Ask = Callable[[str], Sequence[Sample]]

_LINES_SHOWN = 12
_THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def page_text(dashboard: Dashboard, ask: Ask) -> str:
    """Return every row and panel of a dashboard, with its values of now."""
    lines = [dashboard.title, "=" * len(dashboard.title), dashboard.told]
    for row in dashboard.rows:
        lines += ["", row.title, "-" * len(row.title)]
        for panel in row.panels:
            lines += _panel_lines(panel, ask)
    return "\n".join(lines) + "\n"


def rules_text(recorded: Iterable[Record], ask: Ask) -> str:
    """Return what the recording rules come to now, and which alerts wait or fire."""
    values = [
        (" ".join([record.name, *_words(sample)]), f"{sample.value:.4g}")
        for record in recorded
        for sample in ask(record.name)
    ]
    alerts = [(sample.labels["alertname"], " ".join(_words(sample, "alertname"))) for sample in ask("ALERTS")]
    return "\n".join(["Recorded", *_columns(values), "Alerts", *_columns(sorted(alerts))]) + "\n"


def answered(query: Query, ask: Ask) -> list[Sample]:
    """Return what an expression comes to when everything is chosen, without what is no number."""
    return [sample for sample in ask(filled(query.expression)) if not math.isnan(sample.value)]


def in_unit(value: float, unit: str) -> str:
    """Write a value as a reader wants it."""
    match unit:
        case "percentunit":
            return f"{value * 100:.4g} %"
        case "s":
            return _seconds(value)
        case "bytes":
            return f"{value / 2**20:.4g} MiB"
        case "reqps":
            return f"{value:.4g} /s"
    return _short(value)


def _panel_lines(panel: Panel, ask: Ask) -> list[str]:
    found = [
        (_name(query, sample), in_unit(sample.value, "short" if panel.kind == "heatmap" else panel.unit))
        for query in panel.queries
        for sample in sorted(answered(query, ask), key=_place)
    ]
    if panel.kind == "stat" and len(found) == 1:
        return [f"{panel.title}: {found[0][1]}"]
    more = [f"    and {len(found) - _LINES_SHOWN} more"] if len(found) > _LINES_SHOWN else []
    return [panel.title, *_columns(found[:_LINES_SHOWN]), *more]


def _columns(pairs: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"    {name:<{width}}  {value}" for name, value in pairs] or ["    no data"]


def _words(sample: Sample, *without: str) -> list[str]:
    hidden = {"__name__", *without}
    return [value for name, value in sorted(sample.labels.items()) if name not in hidden]


def _name(query: Query, sample: Sample) -> str:
    if query.legend:
        return re.sub(r"\{\{(\w+)\}\}", lambda found: sample.labels.get(found[1], ""), query.legend)
    return " ".join(_words(sample)) or "value"


def _place(sample: Sample) -> tuple[float, float]:
    """Buckets in their order, other lines by their value."""
    bound = sample.labels.get("le")
    return (float(bound.replace("+Inf", "inf")), 0.0) if bound else (0.0, -sample.value)


def _seconds(value: float) -> str:
    size = abs(value)
    if size >= 2 * 86400:
        return f"{value / 86400:.0f} d"
    if size >= 120:
        return f"{value / 60:.4g} min"
    if size >= 1 or not size:
        return f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms" if size >= 1e-3 else f"{value * 1e6:.3g} us"


def _short(value: float) -> str:
    for size, letter in _THOUSANDS:
        if abs(value) >= size:
            return f"{value / size:.4g} {letter}"
    return f"{value:.4g}"
