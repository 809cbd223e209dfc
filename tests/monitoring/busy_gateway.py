"""A gateway of two workers, and everything that its dashboards show happening to it."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.certificates import Authority
from tests.fakes.house import a_chat
from tests.fakes.redis_server import RedisServer
from tests.fakes.tls_front import a_tls_front
from tests.house.tree import ROOT
from tests.journeys.serving import Served, a_process_environ, starting

_MODELS = ("deepseek-flash", "deepseek-v4-pro")
_PRIVATE = "Write to maria.lopez@example.com or call +49 30 901820, card 4111 1111 1111 1111."
_REFUSALS = 6
# More of them, and the brakes refuse everyone from this address.
_ROUNDS_BETWEEN_STRANGERS = 20


def policies(hosted: str, spare: str) -> dict[str, Any]:
    """Return the documents: two upstreams, two models, three plans, four tenants."""
    price = {
        "valid_from": "2026-01-01",
        "per_million": {"cache_hit": "20", "cache_miss": "150", "output": "600"},
    }
    servers = {"hosted": hosted, "spare": spare}
    budget = {"name": "per-month", "kind": "spend", "amount": "5000", "money": "USD", "period": "month"}
    wide = {"name": "per-minute", "kind": "requests", "limit": 100_000}
    tried = {"name": "tried-out", "kind": "requests", "limit": 3, "mode": "shadow"}
    return {
        "upstreams": {
            "upstreams": {
                name: {
                    "kind": "deepseek",
                    "base_url": url,
                    "residency": "external",
                    "credential": "sk-theirs",
                }
                for name, url in servers.items()
            }
        },
        "models": {
            "models": {
                model: {"route": [{"upstream": name, "model": model} for name in order]}
                for model, order in zip(_MODELS, [("hosted", "spare"), ("spare", "hosted")], strict=True)
            }
        },
        "prices": {
            "prices": [
                {"upstream": name, "model": model, "currency": "USD"} | price
                for name in servers
                for model in _MODELS
            ]
        },
        "redaction/baseline": yaml.safe_load((ROOT / "policies/redaction/baseline.yaml").read_text("utf-8")),
        "plans/wide": _plan("wide", wide, tried, budget),
        "plans/tight": _plan("tight", {"name": "few", "kind": "requests", "limit": 5}),
        "tenants/acme": _tenant("acme", "wide"),
        "tenants/shop": _tenant("shop", "wide"),
        "tenants/small": _tenant("small", "tight"),
        "tenants/at-home": _tenant("at-home", "tight", residency="on_premises"),
    }


def key_of(tenant: str) -> str:
    """Return the key of a tenant."""
    return f"the-key-of-{tenant}-for-tests"


class BusyGateway:
    """The gateway, its Redis, the two model servers behind it, and what callers do all the time."""

    def __init__(
        self, served: Served, redis: RedisServer, servers: tuple[Simulator, Simulator], folder: Path
    ) -> None:
        self.served = served
        self.redis = redis
        self.hosted, self.spare = servers
        self._folder = folder
        self._round = 0

    @property
    def place(self) -> str:
        """Where Prometheus asks."""
        host, port = self.served.address
        return f"{host}:{port}"

    async def be_used(self, done: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Let everybody go on asking until this is so, and no longer than so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end and not await done():
            await self._everybody()
            await asyncio.sleep(0.2)

    async def refuse_now_and_then(self) -> None:
        """Let the hosted model say that its balance is used up, a few times and not all at once."""
        for _ in range(_REFUSALS):
            self.hosted.next(Misbehaviour(error="balance"))
            await asyncio.sleep(1.5)

    def kill_a_worker(self) -> None:
        """Kill one of the two, as the kernel would for its memory."""
        parent = self.served.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)

    def lose_spare(self) -> None:
        """Let the spare model server be gone, with the connections that it had."""
        self.spare.refuse_connections()
        self.spare.cut_connections()

    def spoil_policies(self) -> None:
        """Write a plan with a word that does not exist."""
        self._write_plan({"plan": "tight", "limitz": {}})

    def mend_policies(self) -> None:
        """Write it as it was."""
        self._write_plan(policies("", "")["plans/tight"])

    def _write_plan(self, document: object) -> None:
        (self._folder / "plans/tight.yaml").write_text(json.dumps(document), "utf-8")

    async def _everybody(self) -> None:
        self._round += 1
        chats = [
            self._ask("acme", _PRIVATE, stream=True, user="maria"),
            self._ask("acme", f"Question {self._round}", model=_MODELS[1], stream=True),
            self._ask("acme", "What is kept?", thinking={"type": "disabled"}),
            self._ask("acme", f"Asked by two {self._round}", stream=True),
            self._ask("acme", f"Asked by two {self._round}", stream=True),
            self._ask("shop", f"{_PRIVATE} {self._round}"),
            self._ask("shop", "Which model is this?", model="nobody-knows"),
            self._ask("small", "May I?"),
            self._ask("at-home", "May this leave?"),
            self._leave(),
        ]
        if self._round % _ROUNDS_BETWEEN_STRANGERS == 1:
            chats.append(self._ask("nobody", "Who am I?"))
        await asyncio.gather(*chats)

    async def _ask(self, tenant: str, text: str, **fields: Any) -> None:
        # What fails on purpose, or is met by a break, is an answer like any other.
        with suppress(EOFError, ConnectionError, TimeoutError):
            await self.served.ask(a_chat(text, **fields), key=key_of(tenant))

    async def _leave(self) -> None:
        with suppress(TimeoutError, EOFError, ConnectionError):
            text = f"Speak slowly [[sim:deltas=200,delay_ms=20]] {self._round}"
            await asyncio.wait_for(self._ask("shop", text, stream=True), 0.2)


@asynccontextmanager
async def a_busy_gateway(folder: Path) -> AsyncIterator[BusyGateway]:
    """Serve until the block ends; one model server speaks TLS."""
    redis = RedisServer(folder / "redis").start()
    authority = Authority(folder)
    context = authority.server_context("127.0.0.1")
    try:
        async with Simulator() as hosted, Simulator() as spare, a_tls_front(context, hosted.port) as port:
            _write(folder / "policies", policies(f"https://127.0.0.1:{port}", spare.base_url))
            environ = a_process_environ(
                folder,
                GATEWAY_POLICIES=str(folder / "policies"),
                GATEWAY_REDIS_URL=redis.url,
                GATEWAY_WORKERS="2",
                GATEWAY_CA_FILE=str(authority.ca_file),
            )
            async with starting(environ, folder) as served:
                await served.until_event("worker.serving")
                yield BusyGateway(served, redis, (hosted, spare), folder / "policies")
                served.signal(signal.SIGTERM)
                assert 0 == await served.ended(), served.told
    finally:
        redis.stop()


def _plan(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "plan": name,
        "limits": {"when_redis_fails": "local", "max_tokens": 1000, "rules": list(rules)},
        "redaction": {"profile": "baseline"},
        "cache": {"enabled": True},
    }


def _tenant(name: str, plan: str, *, residency: str = "external") -> dict[str, Any]:
    keys = [{"id": f"{name}-key", "hash": hash_of(key_of(name))}]
    return {"tenant": name, "plan": plan, "residency": residency, "keys": keys}


def _write(folder: Path, documents: dict[str, Any]) -> None:
    for name, document in documents.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), "utf-8")
