"""A gateway with a secret in every place where one can stand, and a search for them afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.canaries import Canaries
from tests.fakes.house import CHAT, Answer, PolicyFolder, a_request, listen
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import Served, a_process_environ

BODY_LIMIT_BYTES = 64 * 1024
_QUICK = {"first_token_seconds": 1.0, "stall_seconds": 0.5, "total_seconds": 3.0}


@dataclass(frozen=True, slots=True)
class Case:
    """
    One request: what the model does, and what its caller is told.

    `own` names planted values that rightly come back to the caller, who sent
    them or asked the model for them.
    """

    code: str | None
    request: bytes
    model: Misbehaviour = field(default_factory=Misbehaviour)
    own: tuple[str, ...] = ()


class Stage:
    """A gateway with secrets everywhere, and its surroundings."""

    def __init__(self, folder: Path, simulator: Simulator, redis: RedisServer) -> None:
        self.canaries = Canaries()
        self.folder = folder
        self.simulator = simulator
        self.redis = redis
        self.writings: list[bytes] = []
        self.bodies: list[bytes] = []
        self.told: set[str] = set()

    def environ(
        self, change: Callable[[PolicyFolder], object] = lambda _: None, **settings: str
    ) -> dict[str, str]:
        """Write the policies, as `change` leaves them, and return the environment; both hold secrets."""
        plant = self.canaries.plant
        policies = PolicyFolder(self.folder / "policies", [self.simulator.base_url])
        policies.upstreams["first"] |= {"credential": "${CANARY_KEY}", "timeouts": _QUICK}
        policies.model["retries"] = {"attempts": 1}
        policies.plan |= {
            "body_limit_bytes": BODY_LIMIT_BYTES,
            "audit": {"level": "full"},
            "cache": {"enabled": True},
            "limits": {
                "when_redis_fails": "deny",
                "rules": [{"name": "many", "kind": "requests", "limit": 10_000, "window_seconds": 60}],
            },
        }
        client = {"id": "robot", "hashes": [hash_of(plant("client_secret", "the-secret-of-a-robot-{}"))]}
        policies.tenants["acme"]["clients"] = [client]
        change(policies)
        policies.write()
        usual = {
            "GATEWAY_POLICIES": str(self.folder / "policies"),
            "GATEWAY_REDIS_URL": self.redis.url,
            "GATEWAY_ADMIN_KEY": plant("admin_key", "the-key-of-an-operator-{}"),
            "GATEWAY_LOG_LEVEL": "debug",
            "CANARY_KEY": plant("upstream_key", "sk-upstream-{}"),
        }
        return a_process_environ(self.folder, **(usual | settings))

    def head(self) -> dict[str, str]:
        """Header fields of a caller, a secret in each of them."""
        plant = self.canaries.plant
        return {
            "Cookie": plant("cookie", "session={}"),
            "User-Agent": plant("agent", "client/{}"),
            "Referer": plant("referer", "https://user:{}@example.com/"),
            "X-Forwarded-For": plant("forwarded", "10.0.0.1, {}"),
            "Forwarded": plant("forwarded_2", 'for="{}"'),
            "X-Request-Id": plant("their_id"),
            "Baggage": plant("baggage", "user={}"),
            "Tracestate": plant("tracestate", "vendor={}"),
            "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "Idempotency-Key": plant("idempotency"),
            "OpenAI-Organization": plant("organization"),
            "Proxy-Authorization": plant("proxy", "Basic {}"),
            "X-Strange": plant("strange_header"),
            plant("header_name", "x-{}"): "1",
        }

    def body(self, **changes: Any) -> dict[str, Any]:
        """A chat with a secret in every field that takes a text."""
        plant = self.canaries.plant
        tool = {
            "name": plant("tool_name"),
            "description": plant("tool_text"),
            "parameters": {
                "type": "object",
                "properties": {plant("tool_key"): {"enum": [plant("tool_enum")]}},
            },
        }
        call = {"id": "c1", "type": "function", "function": {"name": plant("tool_name"), "arguments": ""}}
        call["function"]["arguments"] = orjson.dumps({"a": plant("tool_argument")}).decode()  # type: ignore[index]
        return {
            "model": "deepseek-flash",
            "messages": [
                {"role": "system", "content": plant("system")},
                {"role": "user", "content": plant("mail", "Mail anna.{}@example.com"), "name": plant("name")},
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [call],
                    "reasoning_content": plant("thought"),
                },
                {"role": "tool", "tool_call_id": "c1", "content": plant("tool_answer")},
                {"role": "user", "content": [{"type": "text", "text": plant("part")}]},
            ],
            "tools": [{"type": "function", "function": tool}],
            "stop": [plant("stop", "{}")[:16]],
            "user": plant("user", "{}@example.com"),
            "metadata": {"user_id": plant("metadata"), plant("metadata_key"): "1"},
        } | changes

    def ask(self, body: object, *, path: str = CHAT, **how: Any) -> bytes:
        """Return a request with secrets in its head; in its query too, where administration is not asked."""
        query = "" if path.startswith("/admin/") else self.canaries.plant("query", "?api_key={}")
        return a_request(body, path=path + query, **(self.head() | how))


@asynccontextmanager
async def a_stage(folder: Path, *options: str) -> AsyncIterator[Stage]:
    """A simulator, and a Redis with these options that keeps every command in clear."""
    kept = ("--appendonly", "yes", "--aof-use-rdb-preamble", "no")
    redis = RedisServer(folder / "redis", *kept, *options).start()
    try:
        async with Simulator() as simulator:
            yield Stage(folder, simulator, redis)
    finally:
        redis.stop()


async def play(stage: Stage, served: Served, case: Case) -> Answer:
    """Send one case, look at its answer, and return it."""
    stage.simulator.reset()
    stage.simulator.always(case.model)
    answer = await _answer(served, case.request)

    head = repr(sorted(answer.headers.items())).encode()
    assert set() == stage.canaries.found_in(answer.body + head, but=case.own), (case, answer.body)
    if case.code is not None:
        assert case.code == answer.error["code"], (answer.status, answer.body)
        stage.told.add(case.code)
    # The names of header fields and their values, our credential aside, and the path.
    for record in stage.simulator.records:
        sent = {name: value for name, value in record.headers.items() if name != "authorization"}
        stage.writings.append(repr((record.path, sent)).encode())
        stage.bodies.append(orjson.dumps(record.request))
    return answer


async def _answer(served: Served, request: bytes) -> Answer:
    async with await served.call() as caller:
        caller.say(request)
        return await (await listen(caller)).rest()


async def leave(stage: Stage, served: Served, request: bytes) -> None:
    """Leave before the answer, in the middle of it, and in the middle of the request."""
    stage.simulator.reset()
    for model in (
        Misbehaviour(slow_head=5.0),
        Misbehaviour(text=stage.canaries.plant("left") * 9, delay_ms=50),
    ):
        stage.simulator.always(model)
        caller = await served.call()
        caller.say(request)
        with suppress(TimeoutError):
            await asyncio.wait_for(caller.hear_until(b"\r\n\r\n"), 0.2)
        caller.leave()
    caller = await served.call()
    caller.say(request[: len(request) - 20])
    caller.leave()


async def search(stage: Stage, served: Served) -> dict[str, object]:
    """Return where planted values stand that must not stand there."""
    canaries = stage.canaries
    texts = [a_request(b"", path="/metrics", method="GET", key=None, Accept=accept) for accept in _FORMATS]
    metrics = b"".join([(await _answer(served, text)).body for text in texts])
    assert b"gateway_requests_total" in metrics
    assert b"# EOF" in metrics
    found: dict[str, object] = {
        "metrics": canaries.found_in(metrics),
        "headers upstream": canaries.found_in(b"".join(stage.writings)),
    }
    return found


_FORMATS = ("text/plain", "application/openmetrics-text; version=1.0.0")


def written(served: Served) -> bytes:
    """Both streams of the process."""
    return orjson.dumps(served.access_log) + served.shown.encode() + served.told.encode()
