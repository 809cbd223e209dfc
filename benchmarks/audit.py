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
    """Price both records of a request, and the wait where the log is strict."""
    job = AuditJob(exchanges=scale.requests, waiting=_WAITING)
    costs = [_cost(job) for _ in range(scale.rounds)]
    cpu = median(cost.cpu_micros for cost in costs)
    loop = median(cost.loop_micros for cost in costs)
    waits = [cost.strict_p50 - cost.group_p50 for cost in costs]
    rows = [
        Row("audit", "both records of a request, all threads", cpu, "us", BOTH_RECORDS_GOAL),
        Row("audit", "of it on the event loop", loop, "us"),
        Row("audit", "of that the measuring itself", median(cost.turns_micros for cost in costs), "us"),
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
