"""`python -m benchmarks`: measure the gateway beside its floors (see docs/performance.md)."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.audit import measure_audit
from benchmarks.caching import measure_cache
from benchmarks.dense import measure_dense
from benchmarks.encrypting import measure_tls
from benchmarks.identity import measure_identity
from benchmarks.limits import measure_limits
from benchmarks.measures import FULL, QUICK, Finding, Scale
from benchmarks.measures import MEASURES as OF_SERVERS
from benchmarks.peers import measure_peers
from benchmarks.report import keep, table
from benchmarks.restoring import measure_restoring
from benchmarks.reviewing import measure_reviewing
from benchmarks.scanning import measure_scanning
from benchmarks.stage import ROOT, NeverStarted, Stage, allow_many_sockets
from benchmarks.telemetry import measure_telemetry
from benchmarks.turns import LostRequests
from benchmarks.working import measure_workers

# What is priced in this process, beside what is priced from outside.
MEASURES = OF_SERVERS | {
    "audit": measure_audit,
    "cache": measure_cache,
    "dense": measure_dense,
    "identity": measure_identity,
    "limits": measure_limits,
    "peers": measure_peers,
    "restoring": measure_restoring,
    "redaction": measure_scanning,
    "review": measure_reviewing,
    "telemetry": measure_telemetry,
    "tls": measure_tls,
    "workers": measure_workers,
}
# They want something that the project does not install.
_BY_NAME = ("peers",)


def main() -> int:
    """Run the chosen measures; 0 also when a goal is missed, 1 when a request was lost."""
    arguments = _arguments()
    if sys.platform != "linux":
        print("The benchmarks read /proc and run on Linux only.", file=sys.stderr)
        return 1
    allow_many_sockets()
    scale = QUICK if arguments.quick else FULL
    names = arguments.only or [name for name in MEASURES if name not in _BY_NAME]
    try:
        findings = {name: _measure(name, scale) for name in names}
    except (LostRequests, NeverStarted) as error:
        print(error, file=sys.stderr)
        return 1
    print(table([row for finding in findings.values() for row in finding.rows]))
    print(f"\nraw figures: {keep(arguments.results, findings, scale)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run: does everything work, roughly")
    parser.add_argument(
        "--only", choices=sorted(MEASURES), action="append", help="this measure alone; may be repeated"
    )
    parser.add_argument(
        "--results", type=Path, default=ROOT / "benchmarks" / "results", help="folder for the raw figures"
    )
    return parser.parse_args()


def _measure(name: str, scale: Scale) -> Finding:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder, Stage(Path(folder)) as stage:
        return MEASURES[name](stage, scale)


if __name__ == "__main__":
    sys.exit(main())
