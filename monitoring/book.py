"""Every dashboard, under the name of its file."""

from collections.abc import Mapping
from pathlib import Path

from monitoring.dashboards.internals import INTERNALS
from monitoring.dashboards.overview import OVERVIEW
from monitoring.dashboards.privacy import PRIVACY
from monitoring.dashboards.tenants import TENANTS
from monitoring.dashboards.upstreams import UPSTREAMS
from monitoring.grafana import dashboard_text
from monitoring.panel import Dashboard

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "grafana" / "dashboards"

DASHBOARDS: Mapping[str, Dashboard] = {
    "overview": OVERVIEW,
    "tenants": TENANTS,
    "upstreams": UPSTREAMS,
    "privacy": PRIVACY,
    "internals": INTERNALS,
}


def write_dashboards(folder: Path) -> None:
    """Write every dashboard as Grafana reads it."""
    for name, dashboard in DASHBOARDS.items():
        (folder / f"{name}.json").write_text(dashboard_text(dashboard), encoding="utf-8")
