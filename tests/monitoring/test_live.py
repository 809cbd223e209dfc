"""A real Prometheus scrapes a gateway in use and in trouble: expressions have data, the right alerts fire."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from monitoring.book import DASHBOARDS
from monitoring.pages import answered, page_text, rules_text
from monitoring.rules import alerts, records
from tests.fakes.prometheus_server import PrometheusServer
from tests.monitoring.busy_gateway import BusyGateway, a_busy_gateway

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("prometheus") is None, reason="Prometheus is not here"),
    pytest.mark.asyncio(loop_scope="module"),
]

_CAUSED = {"PolicyRejected", "StoreDegraded", "UpstreamDown", "UpstreamRefusesUs"}
_CALM_SECONDS = 40.0
# UpstreamDown waits for two minutes, StoreDegraded for three, here a quarter of that.
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of one run: a calm time, a bad one, and what is left after it."""

    prometheus: PrometheusServer
    alerts_in_calm: set[str]
    alerts_in_trouble: set[str]
    alerts_ever: set[str]
    alerts_after: set[str]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """Use a gateway under the eyes of a Prometheus, break what is around it, mend it; write the pages."""
    folder = tmp_path_factory.mktemp("watched")
    async with a_busy_gateway(folder) as busy:
        with PrometheusServer(folder / "prometheus", busy.place) as prometheus:
            yield await _watch(busy, prometheus)


async def _watch(busy: BusyGateway, prometheus: PrometheusServer) -> Watched:
    await busy.be_used(_never, _CALM_SECONDS)
    alerts_in_calm = await _alerts(prometheus, "firing") | await _alerts(prometheus, "pending")
    async with _in_trouble(busy):
        await busy.be_used(lambda: _fire(prometheus, _CAUSED), _PATIENCE_SECONDS)
    alerts_in_trouble = await _alerts(prometheus, "firing")
    _write_pages(prometheus)
    # Not before: under policies with a mistake, or without Redis, no other could begin.
    busy.kill_a_worker()
    await busy.be_used(lambda: _fire(prometheus, {"WorkerDied"}), 60)
    await busy.be_used(lambda: _are_over(prometheus, {"UpstreamDown", "PolicyRejected"}), 60)
    return Watched(
        prometheus,
        alerts_in_calm,
        alerts_in_trouble,
        prometheus.alerts("firing", "1h"),
        await _alerts(prometheus, "firing"),
    )


@asynccontextmanager
async def _in_trouble(busy: BusyGateway) -> AsyncIterator[None]:
    """Redis and a model server are away, the other model server refuses us, a policy has a mistake."""
    busy.redis.stop()
    busy.spoil_policies()
    busy.lose_spare()
    refusing = asyncio.ensure_future(busy.refuse_now_and_then())
    try:
        yield
        await refusing
    finally:
        await asyncio.to_thread(busy.redis.start)
        busy.mend_policies()
        await busy.spare.accept_connections()


async def test_nothing_fires_while_all_is_well(watched: Watched) -> None:
    """
    Neither fires nor waits, although tenants reach limits, give wrong keys and leave.
    """
    assert set() == watched.alerts_in_calm


async def test_what_was_broken_is_told_and_nothing_else(watched: Watched) -> None:
    """
    A Redis and a model server that are away, another one that wants money, a policy with a mistake. A worker
    that was killed is told and no crash loop, and the few requests that failed do not burn the month.
    """
    assert (_CAUSED, _CAUSED | {"WorkerDied"}) == (watched.alerts_in_trouble, watched.alerts_ever)


async def test_what_was_mended_is_over(watched: Watched) -> None:
    """
    The model server at its first good answer, the policy once it is read.
    """
    assert set() == watched.alerts_after & {"UpstreamDown", "PolicyRejected"}


async def test_every_expression_of_every_panel_has_data(watched: Watched) -> None:
    """
    Of a gateway in use there is no empty picture.
    """
    empty = [
        f"{name}: {panel.title}: {query.expression}"
        for name, dashboard in DASHBOARDS.items()
        for panel in dashboard.panels
        for query in panel.queries
        if not answered(query, watched.prometheus.ask)
    ]

    assert [] == empty


async def test_every_rule_is_evaluated(watched: Watched) -> None:
    """
    What parses can still fail on real series: sides that match twice, say.
    """
    names = [*(record.name for record in records()), *(alert.name for alert in alerts())]

    assert dict.fromkeys(names, "ok") == watched.prometheus.rule_states()


async def test_exemplars_lead_to_traces(watched: Watched) -> None:
    """
    A slow answer in a heatmap has the trace id that its access line and its audit records have.
    """
    exemplars = watched.prometheus.exemplars("gateway_request_duration_seconds_bucket")

    assert exemplars
    assert all(re.fullmatch("[0-9a-f]{32}", exemplar["labels"]["trace_id"]) for exemplar in exemplars)


async def test_every_recording_rule_has_data(watched: Watched) -> None:
    """
    Also those over days, as soon as there is something to count.
    """
    assert [] == [record.name for record in records() if not watched.prometheus.ask(record.name)]


async def _never() -> bool:
    return False


async def _alerts(prometheus: PrometheusServer, state: str) -> set[str]:
    return await asyncio.to_thread(prometheus.alerts, state)


async def _fire(prometheus: PrometheusServer, names: set[str]) -> bool:
    return names <= await _alerts(prometheus, "firing")


async def _are_over(prometheus: PrometheusServer, names: set[str]) -> bool:
    return not names & await _alerts(prometheus, "firing")


def _write_pages(prometheus: PrometheusServer) -> None:
    """Write every dashboard and the rules as text where DASHBOARD_PAGES says, if it says so."""
    folder = os.environ.get("DASHBOARD_PAGES")
    if folder is None:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, dashboard in DASHBOARDS.items():
        (Path(folder) / f"{name}.txt").write_text(page_text(dashboard, prometheus.ask), "utf-8")
    (Path(folder) / "rules.txt").write_text(rules_text(records(), prometheus.ask), "utf-8")
