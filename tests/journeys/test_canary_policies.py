"""Under every policy that touches private data, values stay where they belong, and the model sees none."""

import json
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from gateway.identity.api_key import hash_of
from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import PolicyFolder, listen
from tests.journeys.canary import Case, Stage, a_stage, leave, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import ROOT, Served, a_process_environ, starting

pytestmark = pytest.mark.slow

_HOUR = {"window_seconds": 3600}
_PRICES = {"upstream": "*", "model": "*", "currency": "USD", "valid_from": "2026-01-01"}
_PLANS: dict[str, dict[str, Any]] = {
    "hidden": {"redaction": {"profile": "baseline"}, "cache": {"enabled": True}, "audit": {"level": "full"}},
    "strict": {"redaction": {"profile": "strict"}, "audit": {"level": "full"}},
    "at-home": {"redaction": {"profile": "healthcare"}},
    "short": {"redaction": {"profile": "short"}},
    "once": {"limits": {"rules": [{"name": "one", "kind": "requests", "limit": 1, **_HOUR}]}},
    "poor": {
        "limits": {
            "rules": [
                {"name": "purse", "kind": "spend", "amount": "0.0025", "money": "USD", "period": "month"}
            ]
        }
    },
    "low": {"limits": {"rules": [{"name": "longest", "kind": "output_ceiling", "at_most": 10}]}},
    "small": {
        "limits": {
            "rules": [{"name": "few", "kind": "tokens", "count": "output", "limit": 10, **_HOUR}],
        }
    },
    "elsewhere": {},
    "nowhere": {},
    "closed": {},
}
_OWN = ("mobile", "resident", "mail address", "card", "house word")
_MOST_FAILURES = 500


def a_person(stage: Stage) -> dict[str, str]:
    """Return private data of every shape that a rule knows; none of it may be seen outside the house."""
    digits = f"{secrets.randbelow(10**7):07d}"
    return {
        "mobile": stage.canaries.plant_value("mobile", f"1398{digits}"),
        "resident": stage.canaries.plant_value("resident", _resident(digits[:3])),
        "mail": stage.canaries.plant_value("mail address", f"zq{secrets.token_hex(6)}@example.com"),
        "card": stage.canaries.plant_value("card", _with_luhn(f"45320151{digits}")),
        "house": stage.canaries.plant("house word"),
    }


def _with_luhn(digits: str) -> str:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    total = sum(number - 9 * (number > 9) for number in doubled)
    return digits + str(-total % 10)


def _resident(serial: str) -> str:
    front = f"11010519900307{serial}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(front, weights, strict=True))
    return front + "10X98765432"[total % 11]


def environ_of(stage: Stage) -> dict[str, str]:
    """Write a tenant for each policy and return the environment of two workers."""
    plant = stage.canaries.plant
    policies = PolicyFolder(stage.folder / "policies", [stage.simulator.base_url] * 3)
    policies.upstreams["second"] |= {"transport": "httpx2"}
    policies.upstreams["third"] |= {"base_url": "http://127.0.0.1:9/v1"}
    for upstream in policies.upstreams.values():
        upstream["credential"] = "${CANARY_KEY}"
    policies.model |= {"retries": {"attempts": 1}}
    policies.prices = {"prices": [_PRICES | {"per_million": dict.fromkeys(_CLASSES, "10")}]}
    policies.write()
    for name, path in (("deepseek-second", "second"), ("deepseek-closed", "third")):
        route = [{"upstream": path, "model": "deepseek-flash"}]
        _add(policies.folder / "models.yaml", name, {"route": route, "retries": {"attempts": 1}})
    for profile in ("baseline", "strict", "healthcare"):
        text = (ROOT / f"policies/redaction/{profile}.yaml").read_text("utf-8")
        words = {"dictionaries": {"HOUSE_WORD": [plant("house word")]}}
        policies._write(f"redaction/{profile}", yaml.safe_load(text) | words)
    policies._write("redaction/short", {"profile": "short", "bounds": {"characters": 10}})
    for name, plan in _PLANS.items():
        key = {"id": f"{name}-key", "hash": hash_of(plant(f"key of {name}", "sk-tenant-{}"))}
        policies._write(f"plans/{name}", {"plan": name} | plan)
        document = {"tenant": name, "plan": name, "residency": "external", **_TENANTS.get(name, {})}
        policies._write(f"tenants/{name}", document | {"keys": [key | _KEYS.get(name, {})]})
    return a_process_environ(
        stage.folder,
        GATEWAY_POLICIES=str(policies.folder),
        GATEWAY_REDIS_URL=stage.redis.url,
        GATEWAY_MASTER_KEY="0f" * 32,
        GATEWAY_WORKERS="2",
        CANARY_KEY=plant("upstream_key", "sk-upstream-{}"),
    )


_CLASSES = ("cache_hit", "cache_miss", "output")
_KEYS: dict[str, dict[str, Any]] = {
    "elsewhere": {"networks": ["192.0.2.0/24"]},
    "nowhere": {"expires": "2020-01-01"},
}


_TENANTS: dict[str, dict[str, Any]] = {"closed": {"disabled": True}}


def _add(file: Path, name: str, model: dict[str, Any]) -> None:
    document = json.loads(file.read_text("utf-8"))
    document["models"][name] = model
    file.write_text(json.dumps(document), encoding="utf-8")


def ask(stage: Stage, tenant: str, body: object, **how: Any) -> bytes:
    """Return the request of a tenant."""
    key = stage.canaries.plant(f"key of {tenant}", "sk-tenant-{}")
    return stage.ask(body, key=key, **how)


def a_letter(stage: Stage, **changes: Any) -> dict[str, Any]:
    """A chat with private data in its text, in the arguments of a tool, and in an older answer."""
    person = a_person(stage)
    said = "我的手机 {mobile}，身份证 {resident}，邮箱 {mail}，卡 {card}，{house}".format(**person)
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": ""}}
    call["function"]["arguments"] = orjson.dumps({"phone": person["mobile"]}).decode()  # type: ignore[index]
    return {
        "model": "deepseek-flash",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": said}]},
            {"role": "assistant", "content": f"{person['mail']}?", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": orjson.dumps(person).decode()},
            {"role": "user", "content": f"Again: {said}"},
        ],
    } | changes


def cases(stage: Stage, *, stream: bool) -> Iterator[Case]:
    """What each policy makes of private data."""
    letter = a_letter(stage, stream=stream)
    echo = Misbehaviour(echo=True)
    for _ in range(2):
        # The second time the cache answers, and restores for its caller too.
        yield Case(None, ask(stage, "hidden", letter), echo, own=_OWN)
    unkept = {"Cache-Control": "no-store"}
    yield Case(None, ask(stage, "hidden", letter, **unkept), Misbehaviour(echo=True, cut_after=3), own=_OWN)
    yield Case("upstream_error", ask(stage, "hidden", letter, **unkept), Misbehaviour(status=500))
    second = letter | {"model": "deepseek-second"}
    yield Case(None, ask(stage, "hidden", second, **unkept), echo, own=_OWN)
    yield Case("upstream_broke", ask(stage, "hidden", second, **unkept), Misbehaviour(cut_after=0))
    closed = letter | {"model": "deepseek-closed"}
    yield Case("upstream_unreachable", ask(stage, "hidden", closed, **unkept))
    yield Case("private_data_blocked", ask(stage, "strict", letter))
    new = stage.canaries.plant_value("new card", _with_luhn("453201519988776"))
    hello = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    yield Case("answer_blocked", ask(stage, "strict", hello), Misbehaviour(text=f"It is {new} indeed."))
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'A' * 40}"}}
    pictured = hello | {"messages": [{"role": "user", "content": [picture]}]}
    yield Case("unreadable_content_blocked", ask(stage, "strict", pictured))
    yield Case("residency_unavailable", ask(stage, "at-home", letter))
    yield Case("redaction_too_large", ask(stage, "short", letter))
    # The demand is above the plan before anything of the text is read.
    yield Case("parameter_above_plan", ask(stage, "low", letter | {"max_tokens": 11}))
    yield Case("request_exceeds_limit", ask(stage, "small", letter | {"max_tokens": 11}))
    for tenant, code in (
        ("elsewhere", "address_not_allowed"),
        ("nowhere", "key_expired"),
        ("closed", "tenant_disabled"),
    ):
        yield Case(code, ask(stage, tenant, letter))


def the_last_ones(stage: Stage) -> Iterator[Case]:
    """What uses something up."""
    letter = a_letter(stage)
    yield Case(None, ask(stage, "once", letter), own=_OWN)
    yield Case("rate_limit_exceeded", ask(stage, "once", letter))
    short = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 100}
    dear = ask(stage, "poor", short)
    yield Case(None, dear, Misbehaviour(deltas=100))
    yield Case("budget_exhausted", dear)


async def play_all(stage: Stage, served: Served, cases: Iterator[Case]) -> set[str]:
    """Play them and return the codes they ended with."""
    told = set()
    for case in cases:
        await play(stage, served, case)
        told.add(case.code or "")
    return told


async def fail_too_often(stage: Stage, served: Served) -> None:
    """Show a wrong key until the address has to wait, at either worker."""
    request = stage.ask(b"", key=stage.canaries.plant("wrong key", "sk-{}"))
    for _ in range(_MOST_FAILURES):
        async with await served.call() as caller:
            caller.say(request)
            answer = await (await listen(caller)).rest()
        if answer.status == 429:
            assert "too_many_failures" == answer.error["code"]
            assert set() == stage.canaries.found_in(answer.body)
            stage.told.add("too_many_failures")
            return
    pytest.fail("no address has to wait")


async def test_under_every_policy_private_data_stays_in_the_house(tmp_path: Path) -> None:
    """
    The model, both workers' logs, metrics, audit, Redis and state hold none of it; the caller gets it back.
    """
    async with a_stage(tmp_path) as stage:
        async with starting(environ_of(stage), stage.folder) as served:
            await served.until_listening()
            for stream in (False, True):
                await play_all(stage, served, cases(stage, stream=stream))
                await leave(stage, served, ask(stage, "hidden", a_letter(stage, stream=stream)))
            seen = stage.canaries.found_in(b"".join(stage.bodies))
            assert 10 < len(stage.bodies)
            await play_all(stage, served, the_last_ones(stage))
            # Under a plan that hides nothing the model did see them: the search would have found them.
            assert set(_OWN) <= stage.canaries.found_in(b"".join(stage.bodies))
            await fail_too_often(stage, served)
            found = await search(stage, served)
            served.signal(signal.SIGTERM)
            await served.ended()
            hits = [line["cache"] for line in served.access_log].count("hit")
            found["logs"] = stage.canaries.found_in(written(served))
        found["redis"] = stage.canaries.found_under(stage.folder / "redis")
        in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_policies"] == stage.told
    assert set() == seen
    assert 2 <= hits
    assert {"agent"} == in_state
    assert {"metrics": set(), "headers upstream": set(), "logs": set(), "redis": {}} == found
