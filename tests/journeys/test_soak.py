"""
Hundreds of exchanges that go wrong at random: nothing is left behind, and no answer lies.

The chances are seeded; a failing test names its seed, and `SOAK_SEED=n` plays
one more.
"""

import asyncio
import gc
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.edge.running import Visit
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from gateway.simulator.misbehaviour import Misbehaviour, read_misbehaviour
from gateway.simulator.server import Simulator
from gateway.upstreams.attempt import LiveAnswer
from tests.fakes.chaos import MISBEHAVIOURS, Heard, Part, a_part, lie_in, play
from tests.fakes.house import House, PolicyFolder, a_house, until
from tests.fakes.processes import descriptors_of

pytestmark = pytest.mark.long

EXCHANGES = {"http1": 300, "httpx2": 200}
AT_ONCE, CONNECTIONS = 100, 40
SEEDS = [int(os.environ["SOAK_SEED"])] if "SOAK_SEED" in os.environ else [1, 2]
# A call that is cancelled while the library weeds out idle connections which their
# server closed loses them unclosed (seen in 2.16); they are collected, and counted below.
FORGETFUL = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PLAYS = [
    *(("http1", seed) for seed in SEEDS),
    *(pytest.param("httpx2", seed, marks=FORGETFUL) for seed in SEEDS[:1]),
]
ALIVE_TYPES = (ExchangeLog, Heartbeat, Visit, LiveAnswer)
# Byte by byte, the longest texts would take minutes.
LOUD = [mishap for mishap in MISBEHAVIOURS if "drip" not in mishap]
# A dropped connection and its last second of lingering are noticed within this.
SETTLING_SECONDS = 2.0
# The client under httpx2 keeps some idle connections longer than others; each
# has both its ends in this process.
SPARE_DESCRIPTORS = {"http1": 3, "httpx2": 24}


@dataclass(frozen=True, slots=True)
class Rest:
    """What a gateway at rest holds."""

    descriptors: int
    tasks: int
    alive: int


@pytest.mark.parametrize(("transport", "seed"), PLAYS)
async def test_nothing_is_left_of_exchanges_that_went_wrong_at_random(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], transport: str, seed: int
) -> None:
    """
    Every exchange has one record, nothing runs or is held afterwards, and no answer lied.
    """
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    chance = random.Random(seed)  # noqa: S311 - no secret
    async with a_house(tmp_path, _hurried(transport), upstreams=3) as house:
        await _play_all(house, [Part("hello", n % 2 == 0, {}, "reads", n) for n in range(AT_ONCE)])
        before = await _at_rest(house)
        house.begin_anew()
        served_before = _served(house)
        _stumble(house.simulators, chance)
        house.be_restless(0.2)
        parts = [a_part(chance) for _ in range(EXCHANGES[transport])]

        heard = await _play_all(house, parts, midway=_revise)
        await _until_settled(house)
        after = await _at_rest(house)
        records = house.records()
        exchanges = _served(house) - served_before
        metrics = await house.metrics()
        burst = await _burst(house)

    lies = [(lie, part) for part, told in zip(parts, heard, strict=True) for lie in _lies(part, told)]
    assert not lies
    assert not faults
    assert "fault" not in capfd.readouterr().err
    ids = Counter(record["request_id"] for record in records)
    answered = [answer.headers["x-request-id"] for told in heard for answer in told.answers]
    assert {1} == set(ids.values())
    assert set(answered) <= set(ids)
    assert len(answered) <= exchanges == len(records) <= sum(told.heads for told in heard)
    assert {"finished", "upstream_broke", "caller_left", "timed_out", "refused"} == {
        record["ending"] for record in records
    }
    assert (0, before.tasks) == (after.alive, after.tasks)
    assert after.descriptors <= before.descriptors + SPARE_DESCRIPTORS[transport]
    assert 0 == metrics["gateway_requests_in_flight"]
    assert 1 < len({record["policy"] for record in records})
    assert [200] * CONNECTIONS == burst


def _hurried(transport: str) -> Callable[[PolicyFolder], None]:
    def change(policies: PolicyFolder) -> None:
        for upstream in policies.upstreams.values():
            upstream["timeouts"] = {
                "first_token_seconds": 0.8,
                "stall_seconds": 0.8,
                "queue_seconds": 3,
                "total_seconds": 4,
            }
            upstream |= {"connections": CONNECTIONS, "transport": transport}
        policies.model["retries"] = {"attempts": 3}

    return change


def _stumble(simulators: Sequence[Simulator], chance: random.Random) -> None:
    """Let the first upstream fail often, the second sometimes, the third only where it is told to."""
    for simulator, rate in zip(simulators, (0.4, 0.1, 0.0), strict=True):
        mishaps = (chance.choice(LOUD) if chance.random() < rate else {} for _ in range(5000))
        simulator.next(*(read_misbehaviour(dict(mishap)) for mishap in mishaps))


async def _play_all(
    house: House, parts: Sequence[Part], midway: Callable[[House], Awaitable[None]] | None = None
) -> list[Heard]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, part: Part) -> Heard:
        async with places:
            if midway is not None and number == len(parts) // 2:
                await midway(house)
            try:
                return await play(part, house.gateway.address)
            except (EOFError, ConnectionError, TimeoutError, asyncio.LimitOverrunError) as error:
                error.add_note(str(part))
                raise

    return await asyncio.gather(*(one(number, part) for number, part in enumerate(parts)))


def _lies(part: Part, told: Heard) -> list[str]:
    return [lie for answer in told.answers if (lie := lie_in(part, answer)) is not None]


async def _revise(house: House) -> None:
    path = house.folder / "policies" / "models.yaml"
    alias = '"deepseek-chat"'
    document = await asyncio.to_thread(path.read_text, "utf-8")
    await asyncio.to_thread(path.write_text, document.replace(alias, f'{alias}, "deepseek-v3"'), "utf-8")
    assert await asyncio.to_thread(house.gateway.reload)


async def _until_settled(house: House) -> None:
    """Return once nothing runs; leavers were noticed within the time for it, or this fails."""
    await until(lambda: house.in_flight == 0, SETTLING_SECONDS)
    for simulator in house.simulators:
        totals = simulator.totals
        await until(lambda totals=totals: totals.running == 0, SETTLING_SECONDS)  # type: ignore[misc]
    transport = house.gateway._transports["httpx2"]
    # Clients that were given up are closed by tasks of the transport's own.
    for tasks in (house.gateway._tasks, transport._tasks):  # type: ignore[attr-defined]
        await until(lambda tasks=tasks: not tasks._tasks, SETTLING_SECONDS)  # type: ignore[misc]


async def _at_rest(house: House) -> Rest:
    """Return what is held once idle connections are gone."""
    for simulator in house.simulators:
        await simulator.accept_connections()
        simulator.cut_connections()
    await until(lambda: _connections(house) == 0)
    gc.collect()
    alive = sum(isinstance(one, ALIVE_TYPES) for one in gc.get_objects())
    return Rest(descriptors_of("self"), len(asyncio.all_tasks()), alive)


def _served(house: House) -> int:
    """Return how many exchanges the door has counted."""
    (listener,) = house.gateway.doors.listeners
    return listener._server.server_state.total_requests


def _connections(house: House) -> int:
    """Return how many connections of callers and to upstreams are open."""
    (listener,) = house.gateway.doors.listeners
    pools = house.gateway._transports["http1"]._pools.values()  # type: ignore[attr-defined]
    assert not any(pool._line for pool in pools)
    taken: int = sum(pool._slots_taken for pool in pools)
    return taken + len(listener._server.server_state.connections)


async def _burst(house: House) -> list[int]:
    """Return the statuses of as many calls at once as there may be connections."""
    for simulator in house.simulators:
        simulator.reset()
    first = house.simulator
    first.always(Misbehaviour(slow_head=0.5))
    calls = [asyncio.ensure_future(house.chat()) for _ in range(CONNECTIONS)]
    await first.until(lambda: first.totals.running == CONNECTIONS)
    return [answer.status for answer in await asyncio.gather(*calls)]
