"""
Ask one server and read every answer to its end; a process of its own.

    python -m benchmarks.load '<job as JSON>'

prints one JSON object. `whole`, `again` (always the same question), `stream`
and `words` (a stream that may be cut into other events than were sent) keep their
connections and ask the next question when the last answer is checked (closed loop). `leave` opens
a connection for each stream and leaves after a few deltas, half of the time
with a reset.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count, repeat
from statistics import median, quantiles

import uvloop

from benchmarks.callers import Door, KeptLine, LeavingLine, Tally

_CONNECTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask of whom; `kind` is whole, again, stream, words or leave."""

    kind: str
    port: int
    key: str
    connections: int
    total: int
    deadline_seconds: float = 120.0
    headers: str = ""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """
    What came of a job.

    Times are in milliseconds: `answer` to the end of an answer, `first` to its
    first bytes. `cpu_seconds` are this process's own.
    """

    right: int
    wrong: int
    reasons: list[str]
    seconds: float
    cpu_seconds: float
    answer_median: float
    answer_p99: float
    first_median: float
    first_p99: float


async def run(job: Job) -> LoadReport:
    """Do a job; every question that got no right answer in time counts as wrong."""
    tally = Tally(job.total)
    # Other jobs have asked other questions, so that no cache can answer; `again` has only one.
    numbers = repeat(0) if job.kind == "again" else count(time.monotonic_ns() // 1000 % 900_000_000)
    began, cpu_began = time.monotonic(), time.process_time()
    gate = asyncio.Semaphore(_CONNECTS_AT_ONCE)
    lines = [
        asyncio.ensure_future(_line(job, tally, numbers, gate))
        for _ in range(min(job.connections, job.total))
    ]
    _, late = await asyncio.wait(lines, timeout=job.deadline_seconds)
    for line in late:
        tally.fail("no answer in time")
        line.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu_began
    return _report(tally, job.total, seconds, cpu_seconds)


async def _line(job: Job, tally: Tally, numbers: Iterator[int], gate: asyncio.Semaphore) -> None:
    def new_line() -> KeptLine | LeavingLine:
        if job.kind == "leave":
            return LeavingLine(door, tally, next(numbers))
        return KeptLine(door, tally, numbers, job.kind)

    door = Door(job.port, job.key, job.headers)
    loop = asyncio.get_running_loop()
    try:
        while tally.take():
            async with gate:
                transport, line = await loop.create_connection(new_line, "127.0.0.1", job.port)
            try:
                await line.done
            finally:
                transport.abort()
    except OSError as error:
        tally.fail(f"no connection: {error}")


def _report(tally: Tally, total: int, seconds: float, cpu_seconds: float) -> LoadReport:
    wrong = total - tally.right
    answer, first = _spread(tally.answer_seconds), _spread(tally.first_seconds)
    return LoadReport(tally.right, wrong, tally.reasons[:5], seconds, cpu_seconds, *answer, *first)


def _spread(seconds: list[float]) -> tuple[float, float]:
    if len(seconds) < 2:
        return 0.0, 0.0
    return round(median(seconds) * 1000, 3), round(quantiles(seconds, n=100)[98] * 1000, 3)


def main() -> None:
    """Do the job on the command line and print its report."""
    report = uvloop.run(run(Job(**json.loads(sys.argv[1]))))
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main()
