"""A gateway of one worker or several, with a full page of metrics, is scraped while it answers others."""

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from benchmarks.full_page import OPENMETRICS
from benchmarks.load import LoadReport
from benchmarks.measures import Scale
from benchmarks.stage import Contestant, Stage
from benchmarks.turns import ask

_EVERY_SECONDS = 0.5
_ROUNDS = 3
_CALLERS = 2


@dataclass(frozen=True, slots=True)
class ScrapeFigures:
    """How long scrapes took, and the 99th percentile of answers without and with them, in milliseconds."""

    scrape_ms: float
    p99_without: float
    p99_with: float


def measure_scrapes(stage: Stage, mock: Contestant, scale: Scale, workers: int) -> ScrapeFigures:
    """Let callers ask so many workers, in turns with and without somebody who scrapes twice a second."""
    gateway = stage.full_page(mock, workers)
    _load(gateway, scale)
    scrapes: list[float] = []
    without, with_scrapes = [], []
    with ThreadPoolExecutor(1) as beside:
        for _ in range(_ROUNDS):
            without.append(_load(gateway, scale).answer_p99)
            loading = beside.submit(_load, gateway, scale)
            scrapes += _scrape_until(loading, gateway.port)
            with_scrapes.append(loading.result().answer_p99)
    return ScrapeFigures(median(scrapes) * 1e3, median(without), median(with_scrapes))


def _load(gateway: Contestant, scale: Scale) -> LoadReport:
    # So few that the gateway is busy and not overrun: a queue would be measured along.
    return ask(gateway, "whole", connections=_CALLERS, total=scale.requests // 4)


def _scrape_until(loading: "Future[LoadReport]", port: int) -> Sequence[float]:
    took = []
    while not loading.done():
        time.sleep(_EVERY_SECONDS)
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics", headers={"Accept": OPENMETRICS})
        connection.getresponse().read()
        connection.close()
        took.append(time.perf_counter() - began)
    return took
