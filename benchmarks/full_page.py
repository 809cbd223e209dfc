"""A page of metrics as full as it can get, and how it is read while others want their turn."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from gateway.foundation.clock import SystemClock
from gateway.telemetry.catalogue import BUDGET_USED, LIMIT_DECISIONS
from gateway.telemetry.exposition import expose
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.observer import Observer
from gateway.telemetry.tenant_names import TenantNames
from gateway.vocabulary.cache_use import CacheUse
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.protection import Protection
from gateway.vocabulary.residency import Clearance
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import a_caller, an_attempt, an_outcome

TENANTS = 200
MODELS = ("deepseek-chat", "deepseek-reasoner", "deepseek-flash", "deepseek-pro")
_MANY = TENANTS + 50
_PROTECTION = Protection(
    "baseline", Clearance.EXTERNAL, tuple((kind, "mask", 1) for kind in ("EMAIL", "PHONE", "IBAN", "NAME"))
)
_USAGE = Usage(210, 128, 128, 82, 30)
_ENDINGS = (
    (200, Ending.FINISHED),
    (200, Ending.CALLER_LEFT),
    (200, Ending.UPSTREAM_BROKE),
    (429, Ending.REFUSED),
)
_DECISIONS = tuple(product(("requests", "tokens", "spend"), ("granted", "refused", "turned_away", "shadow")))
OPENMETRICS = "application/openmetrics-text"


@dataclass(frozen=True, slots=True)
class PageFigures:
    """One page that was read: CPU time of all of it, and of its longest turn of the event loop."""

    series: int
    page_bytes: int
    turns: int
    page_ms: float
    longest_turn_ms: float


def full_metrics() -> Metrics:
    """Return the metrics of a gateway whose tenants have asked for every model in every way."""
    metrics = Metrics(TenantNames(TENANTS))
    observer = Observer(metrics, SystemClock())
    for outcome in outcomes():
        observer.exchange_ended(outcome)
    name = metrics.names.name
    counts = {
        (name(f"tenant-{number:04d}"), kind, f"{kind}-each", decision): number
        for number in range(_MANY)
        for kind, decision in _DECISIONS
    }
    metrics.watch(LIMIT_DECISIONS, lambda: counts)
    budgets = {(f"tenant-{number:04d}", "month"): 0.5 for number in range(_MANY)}
    metrics.watch(BUDGET_USED, lambda: budgets)
    return metrics


def outcomes() -> Iterator[Outcome]:
    """Return exchanges of more tenants than have names, with every model, in every way that is common."""
    for number, model, (status, ending), streamed in product(range(_MANY), MODELS, _ENDINGS, (True, False)):
        yield an_outcome(
            caller=a_caller(f"tenant-{number:04d}"),
            model=model,
            status=status,
            ending=ending,
            streamed=streamed,
            usage=_USAGE,
            attempts=(an_attempt(f"upstream-{number % 4}"),),
            total_seconds=number / 10,
            costs={"CNY": 1234, "USD": 170},
            protection=_PROTECTION,
            cache=CacheUse(("hit", "miss")[number % 2], saved=_USAGE, saved_costs={"CNY": 1234}),
            trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        )


async def read_page(metrics: Metrics, accept: str) -> PageFigures:
    """Read a page while another wants its turn again and again."""
    waiting = _Waiting()
    beside = asyncio.ensure_future(waiting.run())
    await asyncio.sleep(0)
    began = time.thread_time()
    body, _ = await expose(metrics.readings(), accept)
    page_ms = (time.thread_time() - began) * 1e3
    await asyncio.sleep(0)
    beside.cancel()
    series = sum(1 for line in body.splitlines() if not line.startswith(b"#"))
    return PageFigures(series, len(body), waiting.turns, page_ms, waiting.longest_seconds * 1e3)


class _Waiting:
    """One who wants a turn at once, always, and notes how long it took to come."""

    def __init__(self) -> None:
        self.longest_seconds = 0.0
        self.turns = 0

    async def run(self) -> None:
        """Ask for turns until cancelled."""
        while True:
            # CPU time: on a busy machine others would be measured along.
            began = time.thread_time()
            await asyncio.sleep(0)
            self.turns += 1
            self.longest_seconds = max(self.longest_seconds, time.thread_time() - began)
