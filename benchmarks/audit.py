"""What it costs to write requests down, each round in a process of its own (`audit_cost`)."""

import json
import subprocess
import sys
from dataclasses import asdict
from statistics import median

from benchmarks.audit_cost import AuditCost, AuditJob
from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import ROOT, Stage

BOTH_RECORDS_GOAL = 12.0
STRICT_GOAL_MS = 1.0
_WAITING = 16


def measure_audit(_stage: Stage, scale: Scale) -> Finding:
    """
    Price both records of a request, and the wait where the log is strict.

    The timers and turns of the event loop that part the exchanges are no cost of a
    record: they are measured by themselves in the same process, and taken off.
    """
    job = AuditJob(exchanges=scale.requests, waiting=_WAITING)
    costs = [_cost(job) for _ in range(scale.rounds)]
    all_of_it = median(cost.cpu_micros for cost in costs)
    records = median(cost.cpu_micros - cost.turns_micros for cost in costs)
    loop = median(cost.loop_micros for cost in costs)
    waits = [cost.strict_p50 - cost.group_p50 for cost in costs]
    rows = [
        Row("audit", "both records of a request, all threads", records, "us", BOTH_RECORDS_GOAL),
        Row("audit", "the same with the measuring itself", all_of_it, "us"),
        Row("audit", "of that on the event loop", loop, "us"),
        Row("audit", f"strict adds for {_WAITING} at once, median", median(waits), "ms", STRICT_GOAL_MS),
        Row("audit", "strict, slowest 1 %", median(cost.strict_p99 for cost in costs), "ms"),
    ]
    return Finding(rows, {"costs": [asdict(cost) for cost in costs]})


def _cost(job: AuditJob) -> AuditCost:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.audit_cost", json.dumps(asdict(job))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return AuditCost(**json.loads(done.stdout))
