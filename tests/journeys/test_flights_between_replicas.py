"""Two gateways on one Redis, asked the same: one call whoever leaves, and a promised end when one dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import Answer, Listening, PolicyFolder, a_chat, a_request, listen, until
from tests.fakes.open_door import Caller
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import Served, serving

pytestmark = pytest.mark.long

MANY = 200
# Long enough for everyone to join, also on a busy machine.
PAUSED = Misbehaviour(deltas=40, stall_after=20, stall=4.0)
_QUESTION = a_chat("Tell me about Kathmandu", stream=True)


@dataclass
class Pair:
    """Two gateways, the Redis between them, and the model server behind both."""

    here: Served
    there: Served
    redis: RedisServer
    simulator: Simulator
    stack: AsyncExitStack

    async def begin(self, gateway: Served, body: object = _QUESTION) -> tuple[Caller, Listening]:
        """Let one more ask, and return them once they have heard something."""
        caller = await self.stack.enter_async_context(await gateway.call())
        caller.say(a_request(body))
        heard = await listen(caller)
        await heard.piece()
        return caller, heard


@asynccontextmanager
async def a_pair(folder: Path, redis: RedisServer) -> AsyncIterator[Pair]:
    """Serve twice over the same policies and Redis."""
    async with Simulator() as simulator, AsyncExitStack() as stack:
        policies = PolicyFolder(folder / "policies", [simulator.base_url])
        policies.plan["cache"] = {"enabled": True}
        policies.write()
        shared = {
            "GATEWAY_POLICIES": str(folder / "policies"),
            "GATEWAY_REDIS_URL": redis.url,
            "GATEWAY_MASTER_KEY": os.urandom(32).hex(),
            "GATEWAY_ACCESS_LOG": "off",
        }
        here, there = [
            await stack.enter_async_context(serving(folder / name, **shared)) for name in ("a", "b")
        ]
        # Both have reached Redis, and know the tenant's key.
        for gateway in (here, there):
            await gateway.ask(a_chat("Are you there?", seed=int(gateway is there)))
        simulator.reset()
        yield Pair(here, there, redis, simulator, stack)


async def _rest(heard: Sequence[Listening]) -> list[Answer]:
    return list(await asyncio.gather(*(one.rest() for one in heard)))


async def test_two_hundred_streams_over_two_gateways_are_one_call_though_the_first_leaves(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    199 byte-identical answers, one of which is paid for, and no readable word in Redis while it flies.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(PAUSED)
        first, _ = await pair.begin(pair.here)
        joining = [pair.begin((pair.there, pair.here)[number % 2]) for number in range(MANY - 1)]
        others = [heard for _, heard in await asyncio.gather(*joining)]
        first.reset()
        dump = _dump(redis_server)
        answers = await _rest(others)
        again = await pair.there.ask(_QUESTION)
        await until(lambda: len(pair.here.records) + len(pair.there.records) == MANY + 3)
        records = pair.here.records + pair.there.records

    assert 1 == len(pair.simulator.records)
    assert {(200, True)} == {(answer.status, answer.is_whole) for answer in answers}
    assert 1 == len({answer.body for answer in answers})
    assert answers[0].body == again.body
    assert all("collapsed" in answer.headers["cache-status"] for answer in answers)
    shared = [record for record in records if record.get("stream")]
    paying = [record for record in shared if record["completion_tokens"]]
    assert [("finished", ["first"])] == [(record["ending"], record["destinations"]) for record in paying]
    said = answers[0].spoken().split()
    words = ["Kathmandu", "acme", "default", "deepseek", "assistant", "choices", "delta", *said]
    assert b":deltas" in dump
    assert [] == [word for word in words if len(word) > 3 and word.encode() in dump.replace(b":deltas", b"")]


async def test_the_only_caller_of_the_owner_leaves_and_pays_on_for_another_gateway(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    The call goes on for whoever listens elsewhere, and is settled once it is over, whoever leaves there.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(PAUSED)
        first, _ = await pair.begin(pair.here)
        second, _ = await pair.begin(pair.there)
        _, heard = await pair.begin(pair.there)
        first.reset()
        await asyncio.sleep(1)
        second.reset()
        (answer,) = await _rest([heard])
        await until(lambda: len(pair.here.records) == 2 and len(pair.there.records) == 3)
        records = [pair.here.records[-1], *pair.there.records[1:]]
        tokens = answer.chunks[-1]["usage"]["completion_tokens"]

    assert answer.is_whole
    assert 1 == len(pair.simulator.records)
    assert [("caller_left", ["first"], tokens), ("caller_left", [], 0), ("finished", [], 0)] == [
        (one["ending"], one["destinations"], one["completion_tokens"]) for one in records
    ]


async def test_all_leave_both_gateways_in_the_same_moment_and_the_call_is_paid_for_once(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    Who left last where the call is made pays for what came, though nobody elsewhere could have heard of it.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(Misbehaviour(deltas=40, stall_after=20))
        first, _ = await pair.begin(pair.here)
        second, _ = await pair.begin(pair.there)
        first.reset()
        second.reset()
        await pair.simulator.caller_left(5.0)
        await until(lambda: len(pair.here.records) == 2 and len(pair.there.records) == 2)

    (paid, free) = (pair.here.records[-1], pair.there.records[-1])
    assert ("caller_left", 0) == (free["ending"], free["completion_tokens"])
    assert "caller_left" == paid["ending"]
    assert paid["completion_tokens"] >= 20


async def test_when_the_last_of_both_gateways_leaves_the_call_ends(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    """
    Within about a second.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(Misbehaviour(deltas=40, stall_after=20))
        first, _ = await pair.begin(pair.here)
        second, _ = await pair.begin(pair.there)
        first.reset()
        await asyncio.sleep(0.5)
        second.reset()
        await pair.simulator.caller_left(5.0)


async def test_the_gateway_that_makes_the_call_is_killed(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    Whoever got something is told, and the others get an answer, of one new call that they share.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(Misbehaviour(deltas=40, stall_after=20))
        await pair.begin(pair.here)
        _, served = await pair.begin(pair.there)
        pair.simulator.next(Misbehaviour(slow_head=60))
        doomed = await pair.stack.enter_async_context(await pair.here.call())
        doomed.say(a_request(a_chat("Something else", stream=True)))
        await until(lambda: len(pair.simulator.records) == 2)
        waiting = [
            asyncio.ensure_future(pair.there.ask(a_chat("Something else", stream=True))) for _ in range(5)
        ]
        await asyncio.sleep(0.5)
        asked_before = len(pair.simulator.records)
        pair.here.signal(signal.SIGKILL)
        async with asyncio.timeout(10):
            (broken,) = await _rest([served])
            answers = await asyncio.gather(*waiting)

    assert 2 == asked_before
    assert ("shared_answer_lost", False) == (broken.error["code"], broken.is_whole)
    assert {(200, True)} == {(answer.status, answer.is_whole) for answer in answers}
    assert 1 == len({answer.body for answer in answers})
    assert 3 == len(pair.simulator.records)


async def test_the_gateway_that_makes_the_call_is_stopped(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    A call that others listen to may still end, and they get all of it; then the process ends as it should.
    """
    async with a_pair(tmp_path, redis_server) as pair:
        pair.simulator.next(PAUSED)
        _, first = await pair.begin(pair.here)
        _, served = await pair.begin(pair.there)
        pair.here.signal(signal.SIGTERM)
        cut, answer = await _rest([first, served])
        code = await pair.here.ended()

    assert 0 == code
    assert "shutting_down" == cut.error["code"]
    assert answer.is_whole
    assert answer.body.endswith(b"data: [DONE]\n\n")


async def test_redis_dies_while_a_call_is_shared(tmp_path: Path) -> None:
    """
    The callers of the gateway that makes it get their answer, those elsewhere a typed end.
    """
    redis = RedisServer(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "always").start()
    try:
        async with a_pair(tmp_path, redis) as pair:
            pair.simulator.next(Misbehaviour(deltas=40, stall_after=20, stall=4))
            _, first = await pair.begin(pair.here)
            _, second = await pair.begin(pair.there)
            redis.kill()
            async with asyncio.timeout(15):
                broken, answer = await _rest([second, first])
    finally:
        redis.stop()

    assert ("shared_answer_lost", False) == (broken.error["code"], broken.is_whole)
    assert answer.is_whole
    assert answer.body.endswith(b"data: [DONE]\n\n")


def _dump(redis: RedisServer) -> bytes:
    """Return every name and value of the cache."""
    names = [name for name in redis.ask("KEYS", "dsg-*").split(b"\r\n") if name.startswith(b"dsg-")]
    wanted = [name for name in names if name.startswith((b"dsg-cache", b"dsg-flight"))]
    looks = [("LRANGE", "0", "-1"), ("ZRANGE", "0", "-1"), ("GET",)]
    values = [redis.ask(verb, name.decode(), *rest) for name in wanted for verb, *rest in looks]
    return b"".join([*wanted, *values])
