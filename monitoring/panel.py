"""What a dashboard is made of, without Grafana's words for it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["timeseries", "stat", "heatmap", "bargauge", "table"]


@dataclass(frozen=True, slots=True)
class Query:
    """One question to Prometheus, and what its lines are called (`{{label}}` stands for a label)."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """
    One picture: what it shows, in which unit, and what it asks.

    `steps` are colours from a value on, the first one from the lowest; `width`
    is in 24ths of the screen.
    """

    title: str
    told: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = "timeseries"
    width: int = 12
    steps: tuple[tuple[float, str], ...] = ()
    is_stacked: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the head of a dashboard: a label whose values are offered."""

    name: str
    metric: str
    told: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page of Grafana."""

    uid: str
    title: str
    told: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Every panel of every row."""
        return tuple(panel for row in self.rows for panel in row.panels)


TENANT = Variable("tenant", "gateway_requests_total", "Tenant")
MODEL = Variable("model", "gateway_requests_total", "Model")
UPSTREAM = Variable("upstream", "gateway_upstream_attempts_total", "Upstream")


def graph(title: str, unit: str, told: str, *queries: Query, stacked: bool = False) -> Panel:
    """Return a panel of lines over time."""
    return Panel(title, told, unit, queries, is_stacked=stacked)


def number(title: str, unit: str, told: str, query: Query, *steps: tuple[float, str]) -> Panel:
    """Return a panel of one number, coloured by its steps."""
    return Panel(title, told, unit, (query,), "stat", width=4, steps=steps)


def heat(title: str, told: str, expression: str) -> Panel:
    """Return a heatmap of a histogram in seconds."""
    return Panel(title, told, "s", (Query(expression, "{{le}}"),), "heatmap")


def quantiles(histogram: str, by: str = "", *, labels: str = "") -> tuple[Query, ...]:
    """Ask for the median, the 95th and the 99th percentile of a histogram."""
    grouping = f"le, {by}" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by ({grouping}) "
            f"(rate({histogram}_bucket{{{labels}}}[$__rate_interval])))",
            f"{legend}{name}",
        )
        for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    )


def filled(expression: str) -> str:
    """Return an expression as Grafana sends it when everything is chosen."""
    for variable in (TENANT, MODEL, UPSTREAM):
        expression = expression.replace(f"${variable.name}", ".*")
    return expression.replace("$__rate_interval", "5m").replace("$__range", "1h")
