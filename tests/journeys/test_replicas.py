"""Three gateways on one Redis: what is done to a key holds everywhere, under load, within the bound."""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.simulator.server import Simulator
from tests.fakes.house import PolicyFolder, a_chat
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import ROOT, Served, a_process_environ, serving

pytestmark = pytest.mark.long

_BOUND_SECONDS = 2.0
_CALLERS_EACH = 4


class Load:
    """Callers who ask every gateway again and again with the present key, and note what they got."""

    def __init__(self, gateways: Sequence[Served], key: str) -> None:
        self.key = key
        self.seen: list[tuple[float, int, int]] = []
        self._stopped = False
        self._callers = [
            asyncio.ensure_future(self._call(place, gateway))
            for place, gateway in enumerate(gateways)
            for _ in range(_CALLERS_EACH)
        ]

    async def stop(self) -> None:
        """Let the callers finish what they are at."""
        self._stopped = True
        await asyncio.gather(*self._callers)

    def statuses(self) -> set[int]:
        """Every status that was seen so far."""
        return {status for _, _, status in self.seen}

    def last_success(self, place: int) -> float:
        """When this gateway last began to serve a call."""
        return max(began for began, where, status in self.seen if where == place and status == 200)

    async def _call(self, place: int, gateway: Served) -> None:
        while not self._stopped:
            began = time.monotonic()
            answer = await gateway.ask(a_chat(), key=self.key)
            self.seen.append((began, place, answer.status))


class Fleet:
    """Three gateways, and the command line beside them."""

    def __init__(self, gateways: Sequence[Served], environ: Mapping[str, str]) -> None:
        self.gateways = gateways
        self._environ = environ

    async def command(self, *words: str) -> str:
        """Run `deepseek-gateway ...` in a process of its own and return its output."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", *words, env=self._environ, cwd=ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await process.communicate()
        assert 0 == process.returncode, errors.decode()
        return output.decode().strip()

    async def keys(self, *words: str) -> dict[str, Any]:
        """Run `keys ...` and return what it says."""
        said: dict[str, Any] = json.loads(await self.command("keys", *words, "--json"))
        return said


@asynccontextmanager
async def a_fleet(folder: Path, redis: RedisServer, *, upstream: str) -> AsyncIterator[Fleet]:
    """Serve three times, each with a state folder of its own, over the same policies and Redis."""
    PolicyFolder(folder / "policies", [upstream]).write()
    shared = {
        "GATEWAY_POLICIES": str(folder / "policies"),
        "GATEWAY_REDIS_URL": redis.url,
        "GATEWAY_MASTER_KEY": os.urandom(32).hex(),
        "GATEWAY_ACCESS_LOG": "off",
    }
    async with AsyncExitStack() as stack:
        gateways = [
            await stack.enter_async_context(serving(folder / name, **shared)) for name in ("a", "b", "c")
        ]
        yield Fleet(gateways, a_process_environ(folder / "commands", **shared))


@pytest.fixture
async def upstream() -> AsyncIterator[str]:
    """A model server."""
    async with Simulator() as simulator:
        yield simulator.base_url


async def test_a_key_lives_and_ends_on_every_gateway(
    tmp_path: Path, redis_server: RedisServer, upstream: str
) -> None:
    """
    A tenant and a key by command, a call, a rotation without one failed call, and a revocation.
    """
    async with a_fleet(tmp_path, redis_server, upstream=upstream) as fleet:
        await fleet.command("tenants", "create", "bolt", "--plan", "basic", "--residency", "external")
        for gateway in fleet.gateways:
            await gateway.until_told("policy.reloaded")
        made = await fleet.keys("create", "--tenant", "bolt")
        first = [(await one.ask(a_chat(), key=made["key"])).status for one in fleet.gateways]
        load = Load(fleet.gateways, made["key"])
        await asyncio.sleep(1)
        rotated = await fleet.keys("rotate", made["id"], "--overlap", "60s")
        load.key = rotated["key"]
        await asyncio.sleep(1)
        during = load.statuses()
        await fleet.keys("revoke", made["id"])
        told = time.monotonic()
        await asyncio.sleep(_BOUND_SECONDS + 1)
        await load.stop()
        late = [load.last_success(place) - told for place in range(3)]
        both = [
            (await one.ask(a_chat(), key=key)).error["code"]
            for one, key in itertools.product(fleet.gateways, (made["key"], rotated["key"]))
        ]

    assert [200] * 3 == first
    assert {200} == during
    # Callers who go on with a revoked key are slowed down in the end.
    assert {200, 401} <= load.statuses() <= {200, 401, 429}
    assert max(late) <= _BOUND_SECONDS, late
    assert set(both) <= {"invalid_credential", "too_many_failures"}


async def test_a_block_holds_within_the_bound_when_every_word_is_lost(
    tmp_path: Path, redis_server: RedisServer, upstream: str
) -> None:
    """
    Redis permits no channel: nobody hears of a write, and everyone looks for it.
    """
    redis_server.ask("ACL", "SETUSER", "default", "resetchannels")
    try:
        async with a_fleet(tmp_path, redis_server, upstream=upstream) as fleet:
            made = await fleet.keys("create", "--tenant", "acme")
            load = Load(fleet.gateways, made["key"])
            await asyncio.sleep(1)
            before = load.statuses()
            await fleet.keys("block", made["id"])
            told = time.monotonic()
            await asyncio.sleep(_BOUND_SECONDS + 1)
            late = [load.last_success(place) - told for place in range(3)]
            await fleet.keys("unblock", made["id"])
            await asyncio.sleep(_BOUND_SECONDS + 1)
            again = {status for began, _, status in load.seen if began > time.monotonic() - 1}
            await load.stop()
    finally:
        redis_server.ask("ACL", "SETUSER", "default", "allchannels")

    assert {200} == before
    assert max(late) <= _BOUND_SECONDS, late
    assert {200} == again


async def test_with_redis_gone_known_keys_go_on_and_nothing_changes(tmp_path: Path, upstream: str) -> None:
    """
    For the grace; what was wanted meanwhile is refused, and done once Redis is back.
    """
    redis = RedisServer(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "always").start()
    try:
        async with a_fleet(tmp_path, redis, upstream=upstream) as fleet:
            made = await fleet.keys("create", "--tenant", "acme")
            before = [(await one.ask(a_chat(), key=made["key"])).status for one in fleet.gateways]
            redis.kill()
            await asyncio.sleep(1)
            without = [(await one.ask(a_chat(), key=made["key"])).status for one in fleet.gateways]
            with pytest.raises(AssertionError, match="GATEWAY_REDIS_URL"):
                await fleet.keys("revoke", made["id"])
            counted = await fleet.gateways[0].ask(b"", path="/metrics", method="GET", key=None)
            redis.start()
            for gateway in fleet.gateways:
                await gateway.until_told("state.reached")
            await fleet.keys("revoke", made["id"])
            await asyncio.sleep(_BOUND_SECONDS)
            after = [(await one.ask(a_chat(), key=made["key"])).status for one in fleet.gateways]
    finally:
        redis.stop()

    assert ([200] * 3, [200] * 3, [401] * 3) == (before, without, after)
    told = 'gateway_store_degraded_decisions_total{store="state",decision="remembered"} 1'
    assert told in counted.body.decode().splitlines()
