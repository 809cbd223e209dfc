"""One turn: a load against a contestant, and what it cost the contestant."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.load import Job, LoadReport
from benchmarks.process_figures import cpu_seconds
from benchmarks.stage import KEY, ROOT, Contestant


class LostRequests(Exception):
    """Not every question got its right answer, so no figure of this run counts."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A load and its price: microseconds of CPU for one unit (a request or a delta)."""

    contestant: str
    micros: float
    load: LoadReport


def ask(contestant: Contestant, kind: str, *, connections: int, total: int) -> LoadReport:
    """Let a load generator ask, in a process of its own; raise `LostRequests`."""
    job = Job(kind, contestant.port, KEY, connections, total, headers=contestant.headers)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(asdict(job))],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        raise LostRequests(f"the load generator failed at {contestant.name}:\n{done.stderr[-4000:]}")
    report = LoadReport(**json.loads(done.stdout))
    if report.wrong:
        reasons = "\n".join(report.reasons)
        raise LostRequests(f"{contestant.name}: {report.wrong} of {total} got no right answer:\n{reasons}")
    return report


def take_turn(contestant: Contestant, kind: str, *, connections: int, total: int, units: int) -> Turn:
    """Ask, and return the contestant's CPU time divided by so many units."""
    before = cpu_seconds(contestant.pid)
    report = ask(contestant, kind, connections=connections, total=total)
    return Turn(contestant.name, (cpu_seconds(contestant.pid) - before) / units * 1e6, report)


def median_micros(turns: list[Turn], contestant: str) -> float:
    """Return the middle of what this contestant's turns cost."""
    return median(turn.micros for turn in turns if turn.contestant == contestant)


def round_ratios(turns: list[Turn], above: str, below: str) -> list[float]:
    """Return, for each round, how much the one costs more than the other."""
    prices = {name: [turn.micros for turn in turns if turn.contestant == name] for name in (above, below)}
    return [over / under for over, under in zip(prices[above], prices[below], strict=True)]
