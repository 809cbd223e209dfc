"""
What it costs to write down a request: both records, on the event loop and in the thread.

    python -m benchmarks.audit_cost '<job as JSON>'

prints one JSON object. A process of its own, so that its CPU time is that of
the audit log alone; everything is real but the exchanges.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

import uvloop

from gateway.audit.admission import Admission
from gateway.audit.catalogue import Destination
from gateway.audit.room import AuditRoom, AuditSettings
from gateway.audit.terms import AuditTerms
from gateway.audit.trail import Trail
from gateway.foundation.clock import SystemClock
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.master_key import new_master_key, read_master_key
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.residency import Clearance, Residency
from gateway.vocabulary.usage import Usage
from gateway.wire.chat import ChatRequest
from gateway.wire.sealed_request import SealedRequest

_CALLER = Caller("acme", "default", "key_1", "api_key")
_BODY = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "Hello"}], "user": "maria"}
_SEALED = SealedRequest(ChatRequest("deepseek-flash", True, False, _BODY), Clearance.EXTERNAL)
_HEADERS = {b"user-agent": b"OpenAI/Python 3.50.0"}
_THERE = (Destination(upstream="deepseek", residency="external"),)
_TRIES = (Attempt("deepseek", "deepseek-flash", Residency.EXTERNAL, 200, None, 0.8),)
_BATCH = 50
_GC_THRESHOLDS = (50_000, 50, 100)


@dataclass(frozen=True, slots=True)
class AuditJob:
    """How many exchanges, and how many wait at once where the log is strict."""

    exchanges: int
    waiting: int


@dataclass(frozen=True, slots=True)
class AuditCost:
    """
    CPU of one exchange, and the milliseconds that an admission took under each durability.

    `turns_micros` is the part of both that the measuring itself takes: a timer
    and a turn of the event loop for every fifty exchanges.
    """

    cpu_micros: float
    loop_micros: float
    turns_micros: float
    strict_p50: float
    strict_p99: float
    group_p50: float
    records: int


async def run(job: AuditJob, folder: Path) -> AuditCost:
    """Write so many exchanges, then measure the wait."""
    store = MemoryStateStore()
    keys = TenantKeys(read_master_key(new_master_key()), store)
    await keys.ensure([GATEWAY, "acme"])
    settings = AuditSettings(folders=(folder,), host="bench", slot=0, version="bench")
    room = AuditRoom(settings, keys, store, clock=SystemClock(), tell=lambda _: None)
    await room.open()
    await room.ensure(["acme"])
    room.start()
    await _exchanges(room.trail, job.exchanges // 4, AuditTerms())
    cpu, loop = await _exchanges(room.trail, job.exchanges, AuditTerms())
    turns = await _turns(job.exchanges)
    strict = await _waits(room.trail, job, AuditTerms(is_strict=True))
    group = await _waits(room.trail, job, AuditTerms())
    await room.close()
    return AuditCost(cpu, loop, turns, _p50(strict), _p99(strict), _p50(group), _records(folder))


async def _exchanges(trail: Trail, count: int, terms: AuditTerms) -> tuple[float, float]:
    """Return the CPU of one exchange in all threads, and in this one, in microseconds."""
    arrivals = [_arrival(number) for number in range(count)]
    outcomes = [_outcome(arrival) for arrival in arrivals]
    # As the gateway does; else the collector would look through what is prepared here.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    began, thread_began = time.process_time(), time.thread_time()
    for number, (arrival, outcome) in enumerate(zip(arrivals, outcomes, strict=True)):
        await trail.admit(_SEALED, _admission(arrival, terms))
        trail.exchange_ended(outcome)
        if number % _BATCH == 0:
            # Let the other thread have its turn, as an event loop does that waits for sockets.
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.2)
    cpu, loop = time.process_time() - began, time.thread_time() - thread_began
    return cpu / count * 1e6, loop / count * 1e6


async def _turns(count: int) -> float:
    """Return the CPU of one exchange in this thread where nothing is written, in microseconds."""
    began = time.thread_time()
    for number in range(count):
        if number % _BATCH == 0:
            await asyncio.sleep(0.001)
    return (time.thread_time() - began) / count * 1e6


async def _exchange(trail: Trail, number: int, terms: AuditTerms) -> float:
    arrival = _arrival(number)
    began = time.perf_counter()
    await trail.admit(_SEALED, _admission(arrival, terms))
    waited = time.perf_counter() - began
    trail.exchange_ended(_outcome(arrival))
    return waited


async def _waits(trail: Trail, job: AuditJob, terms: AuditTerms) -> list[float]:
    """Return the seconds that admissions took, so many at once."""
    waits: list[float] = []

    async def one(first: int) -> None:
        for number in range(job.exchanges // 20 // job.waiting):
            waits.append(await _exchange(trail, first + number, terms))
            await asyncio.sleep(0.002)

    await asyncio.gather(*[one(place * 1_000_000) for place in range(job.waiting)])
    return waits


def _records(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("writers/*/*.jsonl"))


def _arrival(number: int) -> Arrival:
    return Arrival(f"req_{number:024x}", "POST", "/v1/chat/completions", b"", _HEADERS, "203.0.113.7", 0.0)


def _admission(arrival: Arrival, terms: AuditTerms) -> Admission:
    return Admission(
        arrival=arrival,
        caller=_CALLER,
        model="deepseek-flash",
        streamed=True,
        policy_version="0123456789ab",
        terms=terms,
        destinations=_THERE,
        original=_BODY,
    )


def _outcome(arrival: Arrival) -> Outcome:
    return Outcome(
        arrival=arrival,
        caller=_CALLER,
        policy_version="0123456789ab",
        model="deepseek-flash",
        streamed=True,
        status=200,
        code=None,
        ending=Ending.FINISHED,
        usage=Usage(120, 80, 100, 20, 0),
        attempts=_TRIES,
        first_token_seconds=0.25,
        total_seconds=0.8,
        frames=80,
    )


def _p50(seconds: list[float]) -> float:
    return round(median(seconds) * 1000, 3)


def _p99(seconds: list[float]) -> float:
    return round(quantiles(seconds, n=100)[98] * 1000, 3)


def main() -> None:
    """Do the job on the command line and print its cost."""
    job = AuditJob(**json.loads(sys.argv[1]))
    with tempfile.TemporaryDirectory(prefix="gateway-audit-", dir=Path.cwd()) as folder:
        cost = uvloop.run(run(job, Path(folder)))
    sys.stdout.write(json.dumps(asdict(cost)) + "\n")


if __name__ == "__main__":
    main()
