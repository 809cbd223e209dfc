"""What several workers serve, and how evenly the kernel gives them their callers."""

import socket
import time
from dataclasses import asdict
from statistics import median

from benchmarks.load import LoadReport
from benchmarks.measures import Finding, Row, Scale
from benchmarks.process_figures import family, own_cpu_seconds, sockets_of
from benchmarks.stage import Contestant, NeverStarted, Stage, await_workers
from benchmarks.turns import ask

# Two workers serve 1.7 times as much as one if the busier of them works this part of the time.
BUSIEST_GOAL = 1 / 1.7
SPREAD_GOAL_POINTS = 5.0
_CONNECTIONS = 1_000
_SPREAD_OVER = 4
_SETTLE_SECONDS = 10.0


def measure_workers(stage: Stage, scale: Scale) -> Finding:
    """
    Compare two workers with one, and count the connections of four.

    Load generator, model and Redis share the cores of a small machine with the
    workers, so what is served in a second says little there. The CPU time of
    the busier worker says what bounds two of them, wherever the others run.
    """
    mock, redis = stage.mock(scale.spacing_ms), stage.redis()
    one, two, four = (_workers(stage, mock, redis, number) for number in (1, 2, _SPREAD_OVER))
    busiest: dict[str, list[float]] = {one.name: [], two.name: []}
    reports: list[tuple[str, LoadReport]] = []
    for contestant in (one, two):
        ask(contestant, "whole", connections=scale.callers, total=scale.warm_up)
    for number in range(scale.rounds):
        for contestant in (one, two) if number % 2 else (two, one):
            before = {pid: own_cpu_seconds(pid) for pid in _serving(contestant)}
            report = ask(contestant, "whole", connections=4 * scale.callers, total=scale.requests)
            spent = [own_cpu_seconds(pid) - cpu for pid, cpu in before.items()]
            busiest[contestant.name].append(max(spent) / scale.requests * 1e6)
            reports.append((contestant.name, report))
    alone, busier = median(busiest[one.name]), median(busiest[two.name])
    paces = {
        name: median(scale.requests / report.seconds for whose, report in reports if whose == name)
        for name in busiest
    }
    shares = _shares(four)
    rows = [
        Row("workers", "one worker, each request", alone, "us"),
        Row("workers", "the busier of two, each request of both", busier, "us"),
        Row("workers", "busier of two / one", busier / alone, "x", BUSIEST_GOAL),
        Row("workers", "served at once on this machine, two / one", paces[two.name] / paces[one.name], "x"),
        Row("workers", f"{_CONNECTIONS} connections at {_SPREAD_OVER} workers: least", min(shares), "%"),
        Row("workers", "most", max(shares), "%"),
        Row(
            "workers",
            "furthest from an even share, in points",
            max(abs(share - 100 / _SPREAD_OVER) for share in shares),
            "",
            SPREAD_GOAL_POINTS,
        ),
    ]
    raw = {"busiest_micros": busiest, "shares": shares}
    return Finding(rows, raw | {"loads": [(name, asdict(report)) for name, report in reports]})


def _workers(stage: Stage, mock: Contestant, redis: Contestant, number: int) -> Contestant:
    gateway = stage.gateway(
        mock,
        f"gateway with {number}",
        GATEWAY_REDIS_URL=f"redis://127.0.0.1:{redis.port}/{number}",
        GATEWAY_MASTER_KEY="0f" * 32,
        GATEWAY_WORKERS=str(number),
    )
    await_workers(gateway, number)
    return gateway


def _serving(gateway: Contestant) -> list[int]:
    """Return the processes that serve: the supervisor's children, or the only one there is."""
    _, *workers = family(gateway.pid)
    return workers or [gateway.pid]


def _shares(gateway: Contestant) -> list[float]:
    """Hold many connections, and return which percentage of them each worker has."""
    before = {pid: sockets_of(pid) for pid in _serving(gateway)}
    held = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(_CONNECTIONS)]
    try:
        deadline = time.monotonic() + _SETTLE_SECONDS
        while True:
            counts = [sockets_of(pid) - count for pid, count in before.items()]
            if sum(counts) >= _CONNECTIONS:
                return [count / sum(counts) * 100 for count in counts]
            if time.monotonic() > deadline:
                raise NeverStarted(f"{gateway.name}: {sum(counts)} of {_CONNECTIONS} connections accepted")
            time.sleep(0.05)
    finally:
        for one in held:
            one.close()
