"""
What limits cost: reserving and settling, with the limiter and the ledgers that the gateway uses.

They run in this process, so that its CPU time is theirs; Redis is a process
of its own, and real.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.foundation.clock import SystemClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from gateway.limits.decisions import Decisions
from gateway.limits.kinds.concurrency import ConcurrencyLimit
from gateway.limits.kinds.requests import RequestLimit
from gateway.limits.kinds.spend import SpendLimit
from gateway.limits.kinds.tokens import TokenLimit
from gateway.limits.ledger import Ledger
from gateway.limits.limit_terms import LimitTerms, limit_terms
from gateway.limits.limiter import Limiter
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.redis_ledger import RedisLedger
from gateway.limits.rules import LimitRules
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.demand import Amounts
from tests.fakes.redis_server import RedisServer

CALLERS = 32
REDIS_GOAL = 25.0
MEMORY_GOAL = 10.0
_DEMAND = Amounts(1, 1_000, 4_000, {"USD": 3_000})
_USED = Amounts(1, 250, 120, {"USD": 110})
_RULES = LimitRules(
    rules=(
        RequestLimit(name="requests", limit=10**9, per=("key",)),
        TokenLimit(name="tokens", limit=10**12, per=("tenant",)),
        ConcurrencyLimit(name="at-once", limit=10_000),
        SpendLimit(name="budget", amount="999999999", money="USD", period="month"),
    )
)


@dataclass(frozen=True, slots=True)
class LimitFigures:
    """What was measured; memory is in bytes."""

    redis_micros: float
    memory_micros: float
    telling_micros: float
    commands_each: float
    keys_each: float
    bytes_each: float


def measure_limits(_stage: Stage, scale: Scale) -> Finding:
    """Price four limits on one request, reserved and settled, and the room that a tenant takes in Redis."""
    rounds = [
        measure_once(exchanges=scale.requests, tenants=scale.requests // 4) for _ in range(scale.rounds)
    ]
    redis, memory = (
        median(getattr(one, name) for one in rounds) for name in ("redis_micros", "memory_micros")
    )
    last = rounds[-1]
    rows = [
        Row("limits", f"four limits in Redis, {CALLERS} callers", redis, "us", REDIS_GOAL),
        Row("limits", "scripts for each exchange, one of them waited for", last.commands_each, "", 2),
        Row("limits", "four limits in memory", memory, "us", MEMORY_GOAL),
        Row("limits", "header fields that tell of them", last.telling_micros, "us"),
        Row("limits", "keys of an active tenant, its exchanges left out", last.keys_each, ""),
        Row("limits", "100,000 tenants in Redis", last.bytes_each * 100_000 / 1024**2, "MB"),
    ]
    return Finding(rows, {"rounds": [asdict(one) for one in rounds]})


def measure_once(*, exchanges: int, tenants: int) -> LimitFigures:
    """Measure with a Redis that is started for it."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-redis-") as folder:
        server = RedisServer(Path(folder)).start()
        try:
            return uvloop.run(_measure(server, exchanges, tenants))
        finally:
            server.stop()


async def _measure(server: RedisServer, exchanges: int, tenants: int) -> LimitFigures:
    clock = SystemClock()

    def now_ms() -> int:
        return int(clock.wall() * 1000)

    memory = MemoryLedger(now_ms)
    async with _linked(server.url) as link:
        shared = RedisLedger(link, now_ms)
        await _crowd(shared, exchanges // 10)
        await link.call("CONFIG", "RESETSTAT")
        redis_micros = await _crowd(shared, exchanges)
        commands = await _scripts_run(link)
        await link.call("FLUSHALL")
        keys, size = await _room_of(link, shared, tenants)
    await _crowd(memory, exchanges // 10)
    memory_micros = await _crowd(memory, exchanges)
    telling_micros = await _telling(memory, exchanges)
    return LimitFigures(
        redis_micros, memory_micros, telling_micros, commands / exchanges, keys / tenants, size / tenants
    )


async def _crowd(ledger: Ledger, exchanges: int) -> float:
    """Let callers reserve and settle at once; return the CPU time of one exchange in microseconds."""
    limiter = _limiter(ledger)
    terms = limit_terms(_RULES, "acme", "default", "deepseek-flash")

    async def caller(number: int) -> None:
        who = Caller("acme", "default", f"key_{number}", "api_key")
        for serial in range(exchanges // CALLERS):
            await _exchange(limiter, terms, who, f"{number}-{serial}-{began}")

    began = time.process_time()
    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return (time.process_time() - began) / exchanges * 1e6


async def _telling(ledger: Ledger, count: int) -> float:
    """Return the CPU time of the header fields of one answer in microseconds."""
    limiter = _limiter(ledger)
    terms, who = limit_terms(_RULES, "acme", "default", "m"), Caller("acme", "default", "key_1", "api_key")
    reservation = await limiter.reserve("told", terms, limiter.turn_away(terms, who, None, _DEMAND), _DEMAND)
    began = time.process_time()
    for _ in range(count):
        reservation.fields()
    elapsed = time.process_time() - began
    limiter.settle(reservation, _USED)
    return elapsed / count * 1e6


async def _exchange(limiter: Limiter, terms: LimitTerms, who: Caller, request_id: str) -> None:
    sheet = limiter.turn_away(terms, who, None, _DEMAND)
    reservation = await limiter.reserve(request_id, terms, sheet, _DEMAND)
    limiter.settle(reservation, _USED)


async def _room_of(link: RedisLink, ledger: Ledger, tenants: int) -> tuple[int, int]:
    """Let many tenants come once; return how many keys and bytes their counters take."""
    before = await _memory_of(link)
    limiter = _limiter(ledger)
    for first in range(0, tenants, 200):
        names = [f"tenant-{number}" for number in range(first, min(first + 200, tenants))]
        await asyncio.gather(
            *(
                _exchange(
                    limiter,
                    limit_terms(_RULES, name, "default", "deepseek-flash"),
                    Caller(name, "default", "key_1", "api_key"),
                    "1",
                )
                for name in names
            )
        )
    records = await link.call("KEYS", "*:r:*")
    await link.call("DEL", *records)
    return int(await link.call("DBSIZE")), await _memory_of(link) - before


async def _memory_of(link: RedisLink) -> int:
    info: bytes = await link.call("INFO", "memory")
    return int(info.partition(b"used_memory:")[2].split(b"\r\n", 1)[0])


async def _scripts_run(link: RedisLink) -> int:
    info: bytes = await link.call("INFO", "commandstats")
    found = info.partition(b"cmdstat_evalsha:calls=")[2]
    return int(found.split(b",", 1)[0])


def _limiter(ledger: Ledger) -> Limiter:
    clock = SystemClock()
    return Limiter(ledger, ledger, clock, Decisions(clock, lambda _: None))


@asynccontextmanager
async def _linked(url: str) -> AsyncIterator[RedisLink]:
    failures: list[BaseException] = []
    tasks = LastTasks(failures.append)
    link = RedisLink(Dialler(parse_address(url)), tasks)
    await link.open()
    yield link
    await link.close()
    await tasks.finish(0)
