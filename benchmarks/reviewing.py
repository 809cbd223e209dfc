"""What a reviewer waits for, measured in this process: a log is verified, and a large one is searched."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from benchmarks.turns import LostRequests
from gateway.audit.catalogue import LogOpened, Redaction, RequestEnded, Tokens, Try
from gateway.audit.chain import Chain
from gateway.audit.review.duck import LogTable
from gateway.audit.review.question import Question, select
from gateway.audit.review.sheet import Sheet
from gateway.audit.verify.walk import WriterWalk

# 100,000 records a second on one core.
VERIFY_GOAL = 10.0
QUERY_GOAL = 1.0
_WRITER = "web1-0-20261127T061409123456Z"
_TIME = "2026-11-27T06:14:09.500000Z"
_VERIFIED_FOR_A_REQUEST, _SEARCHED_FOR_A_REQUEST = 10, 84
_MICROS = 1e6


def measure_reviewing(stage: Stage, scale: Scale) -> Finding:  # noqa: ARG001 - no server takes part
    """Price one record of a verification, and time searches over a million records in Parquet."""
    records, searched = (
        scale.requests * times for times in (_VERIFIED_FOR_A_REQUEST, _SEARCHED_FOR_A_REQUEST)
    )
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name:
        folder = Path(name)
        lines = _written(folder / "records.jsonl", records)
        prices = [_price_of_a_record(folder / "records.jsonl") for _ in range(scale.rounds)]
        times = _search_times(folder, searched)
    rows = [
        Row("review", "verifying a log, each record", min(prices), "us", VERIFY_GOAL),
        Row("review", "filtering a million records in Parquet", times.filtered, "s", QUERY_GOAL),
        Row("review", "summing a million records in Parquet", times.summed, "s", QUERY_GOAL),
        Row("review", "finding one request among them", times.one, "s", QUERY_GOAL),
    ]
    return Finding(rows, {"prices": prices, "record_bytes": lines, "searched": searched, **asdict(times)})


@dataclass(frozen=True, slots=True)
class _Times:
    filtered: float
    summed: float
    one: float


def _written(path: Path, records: int) -> int:
    """Write a log of that many records, and return how long one is."""
    chain = Chain(_WRITER)
    opened = chain.link("log.opened", LogOpened(origin="bench", version="0"), time=_TIME, mono=0)
    with path.open("wb") as file:
        file.write(opened)
        for number in range(1, records):
            file.write(chain.link("request.completed", _ending(number), time=_TIME, mono=number))
    return path.stat().st_size // records


def _ending(number: int) -> RequestEnded:
    upstream, residency = (("deepseek", "external"), ("rack", "on_premises"))[number % 3 == 0]
    return RequestEnded(
        request_id=f"req_{number:032d}",
        tenant=f"tenant-{number % 17}",
        project="default",
        credential="key-1",
        method="api_key",
        subject=f"h1:2026-11:{number % 997:032x}",
        address=f"h1:2026-11:{number % 97:032x}",
        path="/v1/chat/completions",
        model="deepseek-chat",
        policy="0123456789ab",
        ending="finished",
        status=200,
        admitted=True,
        tries=(
            Try(upstream=upstream, model="deepseek-chat", residency=residency, status=200, micros=900_000),
        ),
        tokens=Tokens(prompt=1000, completion=number % 500, cache_hit=64),
        total_micros=950_000,
        frames=128,
        redaction=Redaction(profile="finance", clearance="external", counts={"cn_mobile/pseudonymise": 2}),
    )


def _price_of_a_record(path: Path) -> float:
    walk = WriterWalk(_WRITER)
    before = time.process_time()
    with path.open("rb") as file:
        walk.follow(file, path.name)
    return (time.process_time() - before) / walk.size * _MICROS


def _search_times(folder: Path, records: int) -> _Times:
    """Spread the records over a month in Parquet, and ask what reviewers ask."""
    target = folder / "records.parquet"
    with LogTable([folder / "records.jsonl"], writing=folder) as table:
        table.write_parquet(
            "SELECT r.* REPLACE (r.time + to_seconds(copy * 250000 + r.seq % 250000) AS time, "
            "r.request_id || '_' || copy AS request_id) FROM records AS r, range(10) AS copies(copy) "
            "LIMIT CAST(? AS BIGINT)",
            (records,),
            target,
        )
    with LogTable([target]) as table:
        week = Question(tenant="tenant-3", external=True, since="2026-12-01", until="2026-12-08")
        summed = (
            "SELECT tenant, count(*), sum(prompt_tokens), sum(completion_tokens) FROM records "
            "WHERE external GROUP BY 1 ORDER BY 1"
        )
        one = Question(request_id=f"req_{records // 20:032d}_3")
        return _Times(
            _seconds(lambda: table.ask(*select(week))),
            _seconds(lambda: table.ask(summed)),
            _seconds(lambda: table.ask(*select(one))),
        )


def _seconds(search: Callable[[], Sheet]) -> float:
    before = time.perf_counter()
    found = search()
    seconds = time.perf_counter() - before
    if not found.rows:
        raise LostRequests("a search of the audit log found nothing where there is something")
    return seconds
