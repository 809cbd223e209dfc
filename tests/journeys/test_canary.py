"""Whatever a caller sends, a model says or an operator configures stays where it belongs."""

import asyncio
import base64
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from tests.fakes.canaries import Canaries, writings
from tests.fakes.house import CHAT, Answer, PolicyFolder, a_request, listen
from tests.fakes.redis_server import RedisServer
from tests.journeys.serving import Served, a_process_environ, starting

pytestmark = pytest.mark.slow

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

    def environ(self) -> dict[str, str]:
        """Write the policies and return the environment, each with secrets of its own."""
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
        policies.write()
        return a_process_environ(
            self.folder,
            GATEWAY_POLICIES=str(self.folder / "policies"),
            GATEWAY_REDIS_URL=self.redis.url,
            GATEWAY_ADMIN_KEY=plant("admin_key", "the-key-of-an-operator-{}"),
            CANARY_KEY=plant("upstream_key", "sk-upstream-{}"),
        )

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
        """Return a request with a secret in its query and each of its header fields."""
        query = self.canaries.plant("query", "?api_key={}")
        return a_request(body, path=path + query, **(self.head() | how))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A simulator, and a Redis that keeps every command in clear."""
    redis = RedisServer(tmp_path / "redis", "--appendonly", "yes", "--aof-use-rdb-preamble", "no").start()
    try:
        async with Simulator() as simulator:
            yield Stage(tmp_path, simulator, redis)
    finally:
        redis.stop()


def refusals_of_the_door(stage: Stage) -> Iterator[Case]:
    """What never gets as far as a model."""
    plant, ask = stage.canaries.plant, stage.ask
    bad = plant("bad_key", "sk-wrong-{}")
    yield Case("missing_credential", ask(stage.body(), key=None))
    yield Case("invalid_credential", ask(stage.body(), key=bad))
    for name in ("x-api-key", "api-key"):
        yield Case("invalid_credential", ask(stage.body(), key=None, **{name: plant(name, "sk-{}")}))
    yield Case("conflicting_credentials", ask(stage.body(), **{"x-api-key": plant("second_key", "sk-{}")}))
    claims = {"iss": plant("issuer", "https://{}.example"), "sub": plant("subject"), "exp": 1}
    parts = [{"alg": "RS256", "kid": plant("kid")}, claims]
    token = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts]
    yield Case("invalid_token", ask(stage.body(), key=".".join([*token, plant("signature", "AA{}")])))
    yield Case("invalid_json", ask(plant("broken", '{{"model": "{}", ').encode()))
    yield Case("invalid_json", ask(plant("utf8", '{{"a": "{}').encode() + b'\xff\xfe"}'))
    yield Case("invalid_json", ask(plant("utf16", '{{"a": "{}"}}').encode("utf-16")))
    roles = [{"role": plant("role"), "content": "x"}]
    yield Case("invalid_request", ask(stage.body(messages=roles)), own=("role",))
    yield Case("invalid_request", ask(stage.body(temperature=plant("temperature"))), own=("temperature",))
    yield Case("invalid_request", ask(stage.body(stream=plant("stream"))), own=("stream",))
    image = {"type": "image_url", "image_url": {"url": plant("image", "ftp://h/{}")}}
    yield Case(
        "unsupported_image_url",
        ask(stage.body(messages=[{"role": "user", "content": [image]}])),
        own=("image",),
    )
    yield Case("model_not_found", ask(stage.body(model=plant("model"))), own=("model",))
    yield Case("body_too_large", ask(stage.body(more=plant("large") * 5000)))
    yield Case("unsupported_encoding", ask(stage.body(), **{"Content-Encoding": plant("encoding", "br{}")}))
    control = plant("control", "max-age={}")
    yield Case("invalid_cache_directive", ask(stage.body(), **{"Cache-Control": control}), own=("control",))
    yield Case("unknown_path", ask(b"", path=plant("path", "/v1/{}")), own=("path",))
    yield Case("method_not_allowed", ask(b"", method="DELETE"))
    yield Case("invalid_http", ask(b"").replace(b"Host: gateway\r\n", b""))
    admin = plant("admin_key", "the-key-of-an-operator-{}")
    lists = "/admin/v1/keys"
    yield Case("invalid_credential", ask(b"", path=lists, key=plant("wrong_admin", "sk-{}"), method="GET"))
    order = plant("admin_body", '{{"tenant": {{"{}": 1}}}}').encode()
    yield Case(None, ask(order, path=lists, key=admin), own=("admin_body",))
    form = plant("form", "grant_type=client_credentials&client_id=robot&client_secret={}&scope=x").encode()
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    yield Case(None, ask(form, path="/oauth2/token", key=None, **urlencoded))
    basic = base64.b64encode(plant("basic", "robot:{}").encode()).decode()
    grant = b"grant_type=client_credentials"
    yield Case(None, ask(grant, path="/oauth2/token", key=None, **urlencoded, Authorization=f"Basic {basic}"))


def bad_minutes(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """What a model answers, and how it fails."""
    plant = stage.canaries.plant
    chat = stage.ask(stage.body(stream=stream), **{"Cache-Control": "no-store"})
    said = plant("error_body")
    leaky = {"x-leak": plant("upstream_header"), "set-cookie": plant("upstream_cookie", "a={}")}
    told = orjson.dumps(
        {"error": {"message": f"no: {said} {plant('upstream_key', 'sk-upstream-{}')}"}}
    ).decode()
    # The message of a model server may reach the caller, scrubbed of our credential.
    quoting = ("error_body",)
    for status, code in (
        (400, "upstream_rejected"),
        (401, "upstream_credential_rejected"),
        (402, "upstream_balance_exhausted"),
        (404, "upstream_misconfigured"),
        (422, "upstream_rejected"),
        (429, "upstream_rate_limited"),
        (500, "upstream_error"),
        (501, "upstream_unsupported"),
        (503, "upstream_overloaded"),
        (504, "upstream_timeout"),
    ):
        yield Case(code, chat, Misbehaviour(status=status, body=told, headers=leaky), own=quoting)
    yield Case("content_risk", chat, Misbehaviour(error="content", headers=leaky))
    text = plant("answer", "The answer is {}.")
    # The simulator thinks aloud about what it was asked.
    answered = ("answer", "part")
    yield Case(None, chat, Misbehaviour(text=text, headers=leaky), own=answered)
    yield Case(None, stage.ask(stage.body(stream=stream)), Misbehaviour(text=text), own=answered)
    yield Case("upstream_timeout", chat, Misbehaviour(slow_head=5.0))
    yield Case("upstream_broke", chat, Misbehaviour(raw=plant("raw", "HTTP/1.1 {} nonsense\r\n\r\n")))
    yield Case("upstream_broke", chat, Misbehaviour(text=text, cut_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(text=text, garbage_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(text=text, error_after=1), own=answered)
    yield Case(None, chat, Misbehaviour(huge_header=200_000))


async def play(stage: Stage, served: Served, case: Case) -> None:
    """Send one case and look at its answer."""
    stage.simulator.reset()
    stage.simulator.always(case.model)
    answer = await _answer(served, case.request)

    head = repr(sorted(answer.headers.items())).encode()
    assert set() == stage.canaries.found_in(answer.body + head, but=case.own), (case, answer.body)
    if case.code is not None:
        assert case.code == answer.error["code"], (answer.status, answer.body)
    # The names of header fields and their values, our credential aside, and the path.
    for record in stage.simulator.records:
        sent = {name: value for name, value in record.headers.items() if name != "authorization"}
        stage.writings.append(repr((record.path, sent)).encode())


async def _answer(served: Served, request: bytes) -> Answer:
    async with await served.call() as caller:
        caller.say(request)
        return await (await listen(caller)).rest()


async def leave(stage: Stage, served: Served, *, stream: bool) -> None:
    """Leave before the answer, and in the middle of it."""
    stage.simulator.reset()
    for model in (
        Misbehaviour(slow_head=5.0),
        Misbehaviour(text=stage.canaries.plant("left") * 9, delay_ms=50),
    ):
        stage.simulator.always(model)
        caller = await served.call()
        caller.say(stage.ask(stage.body(stream=stream), **{"Cache-Control": "no-store"}))
        with suppress(TimeoutError):
            await asyncio.wait_for(caller.hear_until(b"\r\n\r\n"), 0.2)
        caller.leave()
    half = stage.ask(stage.body())
    caller = await served.call()
    caller.say(half[: len(half) - 20])
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
    return orjson.dumps(served.access_log) + served.told.encode()


async def test_no_secret_and_no_private_text_is_written_anywhere(stage: Stage) -> None:
    """
    Not to logs, metrics, audit, Redis, state files, other servers' headers or a stranger's error body.

    Every request carries a secret in each of its fields; each is sent whole and
    as a stream, and ends in one of the ways in which requests end. Redis keeps
    every command that it was ever sent, and all files are read byte by byte.
    """
    async with starting(stage.environ(), stage.folder) as served:
        await served.until_told("listens on ")
        for case in refusals_of_the_door(stage):
            await play(stage, served, case)
        for stream in (False, True):
            for case in bad_minutes(stage, stream=stream):
                await play(stage, served, case)
            await leave(stage, served, stream=stream)
        found = await search(stage, served)
        stage.redis.stop()
        await play(stage, served, Case("limits_unavailable", stage.ask(stage.body())))
        served.signal(signal.SIGTERM)
        await served.ended()
        log = served.access_log
        found["logs"] = stage.canaries.found_in(written(served))
    found["redis"] = stage.canaries.found_under(stage.folder / "redis")

    endings = {line["ending"] for line in log}
    assert {"finished", "refused", "upstream_broke", "timed_out", "caller_left"} == endings
    assert any((stage.folder / "state").rglob("content/*/*"))
    assert any(b"{acme}" in file.read_bytes() for file in (stage.folder / "redis").rglob("*.aof"))
    # What program called is a part of the audit record, and nothing else of the head is.
    assert {"agent"} == set().union(*stage.canaries.found_under(stage.folder / "state").values())
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} | {"redis": {}} == found


@pytest.mark.parametrize("number", range(len(writings("zq0123456789abcdef0123"))))
def test_the_search_finds_every_writing(number: int) -> None:
    """
    A search that finds nothing says something only if it would have found it.
    """
    canaries = Canaries()
    core = canaries.plant("secret")

    assert {"secret"} == canaries.found_in(b"before " + writings(core)[number] + b" after")


def test_the_search_finds_a_value_inside_of_base64() -> None:
    """
    Wherever in the encoded text it stands.
    """
    canaries = Canaries()
    value = canaries.plant("secret")

    found = [
        canaries.found_in(base64.b64encode(b"x" * offset + value.encode() + b"yz")) for offset in range(5)
    ]

    assert [{"secret"}] * 5 == found
