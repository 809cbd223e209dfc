"""What is measured: two prices, one crowd, one stampede, and what it costs to know a caller."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.canned import DELTAS
from benchmarks.process_figures import forget_peak, peak_resident_bytes, resident_bytes
from benchmarks.stage import ROOT, Contestant, Stage, counts_of
from benchmarks.turns import LostRequests, Turn, ask, median_micros, round_ratios, take_turn

JSON_GOAL = 1.6
SSE_GOAL = 1.2
CROWD_GOAL_MEGABYTES = 150.0
STAMPEDE_GOAL_PERCENT = 10.0
KEYS_GOAL_MICROS = 3.0
KEYS_GOAL_MEGABYTES = 60.0
KEYS_GOAL_FLAT = 2.0
_KEYS = 100_000
_MEGABYTE = 1024 * 1024
_LET_GO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything."""

    rounds: int
    requests: int
    callers: int
    streams: int
    listeners: int
    crowd: int
    leavers: int
    warm_up: int
    spacing_ms: float
    crowd_spacing_ms: float


FULL = Scale(
    rounds=7, requests=12_000, callers=16, streams=192, listeners=64, crowd=1_000, leavers=10_000,
    warm_up=200, spacing_ms=5.0, crowd_spacing_ms=50.0,
)  # fmt: skip
QUICK = Scale(
    rounds=3, requests=2_000, callers=16, streams=64, listeners=64, crowd=100, leavers=400,
    warm_up=100, spacing_ms=5.0, crowd_spacing_ms=20.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `goal` is an upper bound of `figure`."""

    measure: str
    what: str
    figure: float
    unit: str
    goal: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met, if there is one."""
        return None if self.goal is None else self.figure <= self.goal


@dataclass(frozen=True, slots=True)
class Finding:
    """The rows of one measure, and the raw figures behind them."""

    rows: list[Row]
    raw: dict[str, Any] = field(default_factory=dict)


def measure_json(stage: Stage, scale: Scale) -> Finding:
    """Price one whole answer, beside a stock echo and a bare pass-through."""
    mock = stage.mock(scale.spacing_ms)
    contestants = [mock, stage.echo(), stage.passthrough(mock), stage.gateway(mock)]
    turns = rounds(contestants, "whole", scale, connections=scale.callers, total=scale.requests)
    rows = _prices("json", "request", contestants, turns)
    rows.append(_ratio("json", turns, "echo", JSON_GOAL))
    rows.append(_ratio("json", turns, "passthrough", None))
    return Finding(rows, _raw(turns, "echo"))


def measure_sse(stage: Stage, scale: Scale) -> Finding:
    """Price one delta of a stream, beside a bare pass-through on the same transport."""
    mock = stage.mock(scale.spacing_ms)
    contestants = [mock, stage.passthrough(mock), stage.gateway(mock)]
    turns = rounds(contestants, "stream", scale, connections=scale.listeners, total=scale.streams)
    rows = [*_prices("sse", "delta", contestants, turns), _ratio("sse", turns, "passthrough", SSE_GOAL)]
    return Finding(rows, _raw(turns, "passthrough"))


def measure_crowd(stage: Stage, scale: Scale) -> Finding:
    """Let many streams run at once, and see what they take to hold."""
    mock = stage.mock(scale.crowd_spacing_ms)
    gateway = stage.gateway(mock)
    ask(gateway, "whole", connections=scale.callers, total=scale.warm_up)
    idle, start = resident_bytes(gateway.pid), peak_resident_bytes(gateway.pid)
    forget_peak(gateway.pid)
    counts_of(mock)
    turn = take_turn(
        gateway, "stream", connections=scale.crowd, total=scale.crowd, units=scale.crowd * DELTAS
    )
    peak = peak_resident_bytes(gateway.pid)
    at_once = counts_of(mock)["peak"]
    rows = [
        Row("streams", f"{scale.crowd} streams of {DELTAS} deltas: lost", turn.load.wrong, "", 0),
        Row(
            "streams", "never at once with the others, counted at the upstream", scale.crowd - at_once, "", 0
        ),
        Row("streams", "gateway, for a moment at its start", start / _MEGABYTE, "MB"),
        Row("streams", "gateway, idle", idle / _MEGABYTE, "MB"),
        Row("streams", "gateway, peak", peak / _MEGABYTE, "MB", CROWD_GOAL_MEGABYTES),
        Row("streams", "gateway, each delta", turn.micros, "us"),
        Row("streams", "slowest 1 % of streams", turn.load.answer_p99 / 1000, "s"),
        Row("streams", "a stream's own length", (DELTAS - 1) * scale.crowd_spacing_ms / 1000, "s"),
    ]
    raw = {"turn": asdict(turn), "idle_bytes": idle, "start_bytes": start, "peak_bytes": peak}
    return Finding(rows, raw | {"at_once": at_once})


def measure_stampede(stage: Stage, scale: Scale) -> Finding:
    """Let many callers leave in the middle, and see what stays behind."""
    mock = stage.mock(scale.spacing_ms)
    gateway = stage.gateway(mock)
    ask(gateway, "whole", connections=scale.callers, total=scale.warm_up)
    ask(gateway, "stream", connections=scale.listeners, total=scale.warm_up)
    idle = resident_bytes(gateway.pid)
    load = ask(gateway, "leave", connections=100, total=scale.leavers)
    let_go_seconds = _await_quiet(mock)
    after = resident_bytes(gateway.pid)
    cut = counts_of(mock)["cut"]
    rows = [
        Row("aborts", f"{scale.leavers} callers left: not served before", load.wrong, "", 0),
        Row("aborts", "streams cut at the upstream", cut, ""),
        Row("aborts", "until the last was cut", let_go_seconds, "s", 1.0),
        Row("aborts", "gateway, idle before", idle / _MEGABYTE, "MB"),
        Row("aborts", "gateway, idle after", after / _MEGABYTE, "MB"),
        Row("aborts", "more than before", (after / idle - 1) * 100, "%", STAMPEDE_GOAL_PERCENT),
    ]
    raw = {"load": asdict(load), "idle_bytes": idle, "after_bytes": after, "cut": cut}
    return Finding(rows, raw | {"let_go_seconds": let_go_seconds})


def measure_keys(_stage: Stage, scale: Scale) -> Finding:
    """Look up callers by their keys, few and many, in a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.many_keys", str(_KEYS), str(scale.requests)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    few, many = figures["micros_with_few"], figures["micros_with_many"]
    rows = [
        Row("keys", "a known key, each request", few, "us", KEYS_GOAL_MICROS),
        Row("keys", f"the same among {_KEYS} keys", many, "us", KEYS_GOAL_MICROS),
        Row("keys", "many / few", many / few, "x", KEYS_GOAL_FLAT),
        Row("keys", f"{_KEYS} keys in memory", figures["bytes"] / _MEGABYTE, "MB", KEYS_GOAL_MEGABYTES),
    ]
    return Finding(rows, figures)


def rounds(
    contestants: Sequence[Contestant], kind: str, scale: Scale, *, connections: int, total: int
) -> list[Turn]:
    """Take turns, each round in another order, after a warm-up that does not count."""
    units = total * (DELTAS if kind in ("stream", "words") else 1)
    for contestant in contestants:
        ask(contestant, kind, connections=connections, total=scale.warm_up)
    turns: list[Turn] = []
    for number in range(scale.rounds):
        first = number % len(contestants)
        turns += [
            take_turn(contestant, kind, connections=connections, total=total, units=units)
            for contestant in (*contestants[first:], *contestants[:first])
        ]
    return turns


def _prices(measure: str, unit: str, contestants: Sequence[Contestant], turns: list[Turn]) -> list[Row]:
    return [
        Row(measure, f"{contestant.name}, each {unit}", median_micros(turns, contestant.name), "us")
        for contestant in contestants
    ]


def _ratio(measure: str, turns: list[Turn], floor: str, goal: float | None) -> Row:
    ratio = median_micros(turns, "gateway") / median_micros(turns, floor)
    return Row(measure, f"gateway / {floor}", ratio, "x", goal)


def _raw(turns: list[Turn], floor: str) -> dict[str, Any]:
    ratios = [round(ratio, 3) for ratio in round_ratios(turns, "gateway", floor)]
    return {"ratios_of_rounds": ratios, "turns": [asdict(turn) for turn in turns]}


def _await_quiet(mock: Contestant) -> float:
    began = time.monotonic()
    while counts_of(mock)["live"]:
        if time.monotonic() - began > _LET_GO_SECONDS:
            raise LostRequests(f"streams still run upstream {_LET_GO_SECONDS} s after their callers left")
        time.sleep(0.02)
    return time.monotonic() - began


MEASURES = {
    "json": measure_json,
    "sse": measure_sse,
    "streams": measure_crowd,
    "aborts": measure_stampede,
    "keys": measure_keys,
}
