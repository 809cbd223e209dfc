"""Hundreds of clients at several gateway processes, while something breaks in the middle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.house import PolicyFolder, a_chat, a_request, listen
from tests.fakes.open_door import Caller
from tests.journeys.serving import Served, a_process_environ, starting

GATEWAYS = 3
_ENOUGH_REFUSALS = 3
_PATIENCE_SECONDS = 90.0
_PRICE = {"cache_hit": "0", "cache_miss": "0", "output": "10"}


@dataclass
class Storm:
    """The gateways, the model behind them, and what the clients were told."""

    gateways: list[Served]
    simulator: Simulator
    told: Counter[tuple[str, int]] = field(default_factory=Counter)
    alive: set[int] = field(default_factory=lambda: set(range(GATEWAYS)))
    is_calm: bool = False

    def reached(self, tenant: str) -> list[int]:
        """Return the completion tokens of every request of a tenant that reached the model."""
        mark = f"from {tenant}"
        return [
            exchange.completion_tokens
            for exchange in self.simulator.records
            if exchange.request["messages"][0]["content"] == mark
        ]

    async def blow(
        self, clients: int, tenants: Sequence[str], *events: Callable[[], Awaitable[None]]
    ) -> None:
        """Let clients ask until each is refused for good; each event comes after some more answers."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._break_things(events))
                for number in range(clients):
                    group.create_task(self._client(number, tenants[number % len(tenants)]))

    async def kill_gateway(self) -> None:
        """Kill one without a word."""
        self.alive.discard(0)
        await self.gateways[0].kill()

    async def _break_things(self, events: Sequence[Callable[[], Awaitable[None]]]) -> None:
        for place, event in enumerate(events, start=1):
            await self.simulator.totals.until(
                lambda: self.simulator.totals.started >= place * 250,  # noqa: B023 - awaited here
                _PATIENCE_SECONDS,
            )
            await event()
        self.is_calm = True

    async def _client(self, number: int, tenant: str) -> None:
        refusals = turn = 0
        while refusals < _ENOUGH_REFUSALS:
            turn += 1
            places = sorted(self.alive)
            status = await self._ask(self.gateways[places[(number + turn) % len(places)]], tenant)
            self.told[tenant, status] += 1
            if status == 200:
                continue
            if status == 429 and self.is_calm:
                refusals += 1
            # Somebody else's settlement, or Redis coming back, takes a moment.
            await asyncio.sleep(0.05)

    async def _ask(self, gateway: Served, tenant: str) -> int:
        try:
            async with Caller(*await asyncio.open_connection(*gateway.address)) as caller:
                caller.say(a_request(a_chat(f"from {tenant}", max_tokens=200), key=_key(tenant)))
                return (await (await listen(caller)).rest()).status
        except (OSError, EOFError):
            return 0


@asynccontextmanager
async def a_storm(
    folder: Path, redis_url: str, limits: Mapping[str, Mapping[str, Any]], **section: Any
) -> AsyncIterator[Storm]:
    """Three gateways on one Redis, with a tenant and a plan for each limit."""
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator())
        simulator.always(Misbehaviour(deltas=100))
        policies = PolicyFolder(folder / "policies", [simulator.base_url])
        policies.prices = {
            "prices": [
                {
                    "upstream": "*",
                    "model": "*",
                    "currency": "USD",
                    "valid_from": "2026-01-01",
                    "per_million": _PRICE,
                }
            ]
        }
        policies.write()
        for tenant, rule in limits.items():
            policies._write(f"plans/{tenant}", {"plan": tenant, "limits": {**section, "rules": [rule]}})
            key = {"id": tenant, "hash": hash_of(_key(tenant))}
            document = {"tenant": tenant, "plan": tenant, "residency": "external", "keys": [key]}
            policies._write(f"tenants/{tenant}", document)
        gateways = []
        for number in range(GATEWAYS):
            environ = a_process_environ(
                folder / str(number),
                GATEWAY_POLICIES=str(policies.folder),
                GATEWAY_REDIS_URL=redis_url,
                GATEWAY_MASTER_KEY="0f" * 32,
                GATEWAY_ACCESS_LOG="off",
            )
            gateways.append(await stack.enter_async_context(starting(environ, folder / str(number))))
        for gateway in gateways:
            await gateway.until_listening()
        yield Storm(gateways, simulator)


def _key(tenant: str) -> str:
    return f"the-key-of-{tenant}-in-the-storm"
