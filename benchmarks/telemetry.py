"""
What it costs to know how things went: outcome, access line and metrics, and a full page of them.

In this process, so that its CPU time is theirs; the floor is one JSON line of
as many values, and for a delta a call that does nothing.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, repeat
from itertools import count as count_from
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

import orjson
import uvloop

from benchmarks.full_page import OPENMETRICS, PageFigures, full_metrics, read_page
from benchmarks.measures import Finding, Row, Scale
from benchmarks.scraping import ScrapeFigures, measure_scrapes
from benchmarks.stage import Stage
from gateway.foundation.clock import Clock, SystemClock
from gateway.foundation.line_writer import LineWriter
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.telemetry.access_log import AccessLog
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.observer import Observer
from gateway.telemetry.tenant_names import TenantNames
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.wire.frames import Frame
from tests.fakes.builders import a_caller, a_delta, a_target, an_arrival

REQUEST_GOAL = 6.0
DELTA_GOAL = 0.3
PAGE_GOAL_MS = 50.0
TURN_GOAL_MS = 5.0
_MICROS = 1e6
_LINES_IN_A_BATCH = 200
_CALLER = a_caller()
_TARGET = a_target()
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TelemetryFigures:
    """CPU time in microseconds: of one exchange, and of one delta."""

    line_micros: float
    outcome_micros: float
    metrics_micros: float
    access_micros: float
    call_micros: float
    delta_micros: float

    @property
    def request_micros(self) -> float:
        """What an exchange costs beside its deltas."""
        return self.outcome_micros + self.metrics_micros + self.access_micros


def measure_telemetry(stage: Stage, scale: Scale) -> Finding:
    """Price one exchange and one delta, and read a page of metrics that is as full as it can get."""
    mock = stage.mock(scale.spacing_ms)
    scrapes = {workers: measure_scrapes(stage, mock, scale, workers) for workers in (1, 2)}
    rounds = [measure_exchanges(scale.requests) for _ in range(scale.rounds)]
    pages = measure_pages(scale.rounds)
    rows = [
        Row("telemetry", "one JSON line of as many values", _median(rounds, "line_micros"), "us"),
        Row(
            "telemetry",
            "the outcome of an exchange, noted and closed",
            _median(rounds, "outcome_micros"),
            "us",
        ),
        Row("telemetry", "its metrics", _median(rounds, "metrics_micros"), "us"),
        Row("telemetry", "its access line, written to a file", _median(rounds, "access_micros"), "us"),
        Row("telemetry", "all three", _median(rounds, "request_micros"), "us", REQUEST_GOAL),
        Row("telemetry", "a call that does nothing", _median(rounds, "call_micros"), "us"),
        Row("telemetry", "a delta, counted", _median(rounds, "delta_micros"), "us", DELTA_GOAL),
        Row("telemetry", "series on a page of 200 tenants", pages[0].series, ""),
        Row("telemetry", "to write that page", median(one.page_ms for one in pages), "ms", PAGE_GOAL_MS),
        Row(
            "telemetry",
            "its longest turn of the event loop",
            median(one.longest_turn_ms for one in pages),
            "ms",
            TURN_GOAL_MS,
        ),
        *chain.from_iterable([_scrape_rows(one, workers) for workers, one in scrapes.items()]),
    ]
    raw = {"rounds": [asdict(one) for one in rounds], "pages": [asdict(one) for one in pages]}
    return Finding(rows, raw | {"scrapes": [asdict(one) for one in scrapes.values()]})


def _scrape_rows(scrapes: ScrapeFigures, workers: int) -> list[Row]:
    of_whom = "one worker" if workers == 1 else f"{workers} workers"
    return [
        Row(
            "telemetry",
            f"a scrape of {of_whom} while others are answered",
            scrapes.scrape_ms,
            "ms",
            PAGE_GOAL_MS,
        ),
        Row(
            "telemetry",
            f"an answer of {of_whom}, p99, with scrapes more than without",
            scrapes.p99_with - scrapes.p99_without,
            "ms",
            TURN_GOAL_MS,
        ),
    ]


def measure_exchanges(count: int) -> TelemetryFigures:
    """Let so many exchanges end one after the other, each time with one thing more done about it."""
    clock = SystemClock()
    arrivals = [an_arrival(request_id=f"req_{number:032x}") for number in range(count)]
    observer = Observer(Metrics(TenantNames(200)), clock)
    with TemporaryDirectory(prefix="gateway-bench-lines-") as folder:
        writer = LineWriter(Path(folder) / "access.log", lambda _: None)
        access, lines = AccessLog(writer, clock), count_from(1)

        def write(outcome: Outcome) -> None:
            access.exchange_ended(outcome)
            if next(lines) % _LINES_IN_A_BATCH == 0:
                writer.flush()

        begun = _each(partial(_begun, clock), arrivals)
        closed = _each(lambda arrival: _closed(_begun(clock, arrival)), arrivals)
        seen = _each(lambda arrival: observer.exchange_ended(_closed(_begun(clock, arrival))), arrivals)
        written = _each(lambda arrival: write(_closed(_begun(clock, arrival))), arrivals)
    frames = [*repeat([a_delta()], count)]
    log = _begun(clock, arrivals[0])
    line = dict.fromkeys((f"a_field_{number}" for number in range(20)), "a value")
    return TelemetryFigures(
        line_micros=_each(lambda _: orjson.dumps(line), arrivals),
        outcome_micros=closed - begun,
        metrics_micros=seen - closed,
        access_micros=written - closed,
        call_micros=_each(_nothing, frames),
        delta_micros=_each(partial(_counted, log), frames),
    )


def measure_pages(count: int) -> list[PageFigures]:
    """Read a full page so often, in the longer one of both formats."""
    metrics = full_metrics()
    # As the gateway does once it is open.
    gc.collect()
    gc.freeze()
    uvloop.run(read_page(metrics, OPENMETRICS))
    pages = [uvloop.run(read_page(metrics, OPENMETRICS)) for _ in range(count)]
    gc.unfreeze()
    return pages


def _begun(clock: Clock, arrival: Arrival) -> ExchangeLog:
    """Return what an exchange needs anyway: it holds what has to be let go of at the end."""
    log = ExchangeLog(arrival, clock)
    log.caller, log.model, log.streamed, log.status = _CALLER, "deepseek-chat", True, 200
    log.began(_TARGET)
    return log


def _closed(log: ExchangeLog) -> Outcome:
    log.arrived()
    log.connected()
    log.answered()
    log.content_began()
    return log.close(Ending.FINISHED)


def _counted(log: ExchangeLog, taken: Sequence[Frame]) -> None:
    # As `ResponsePath.take` does it; the rest of that is not for the outcome.
    if not log.frames:
        log.content_began()
    log.frames += len(taken)


def _each(act: Callable[[_T], object], things: Sequence[_T]) -> float:
    began = time.process_time()
    for thing in things:
        act(thing)
    return (time.process_time() - began) / len(things) * _MICROS


def _nothing(_: Sequence[Frame]) -> None:
    """Take a delta."""


def _median(rounds: Sequence[TelemetryFigures], name: str) -> float:
    figure: float = median(getattr(one, name) for one in rounds)
    return figure
