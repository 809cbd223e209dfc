"""Whole exchanges before a cache: what is shared, what never is, and what callers are told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import cache
from tests.cli.commands import run_verb
from tests.fakes.house import AT_HOME_KEY, KEY, House, PolicyFolder, a_chat, a_house, an_environ
from tests.fakes.redis_server import RedisServer

pytestmark = pytest.mark.slow


def _with_cache(policies: PolicyFolder, **rules: Any) -> None:
    policies.plan["cache"] = {"enabled": True} | rules
    policies.tenants["at-home"]["residency"] = "external"
    price = {"upstream": "first", "model": "deepseek-flash", "currency": "USD", "valid_from": "2026-01-01"}
    rates = {"cache_hit": "1", "cache_miss": "10", "output": "20"}
    policies.prices = {"prices": [price | {"per_million": rates}]}


@pytest.fixture(params=["memory", "redis"])
async def cached(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with a cache, in memory or in Redis."""
    environ = {}
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        environ["GATEWAY_CACHE_REDIS_URL"] = server.url
    async with a_house(tmp_path, _with_cache, environ=environ) as opened:
        yield opened


def _asked(house: House) -> int:
    return len(house.simulator.records)


async def test_a_repeated_question_is_answered_from_the_cache(cached: House) -> None:
    """
    The same bytes, its age, no upstream; one record that says so, and metrics that count what was saved.
    """
    first = await cached.chat()
    second = await cached.chat()

    assert first.body == second.body
    assert 1 == _asked(cached)
    assert first.headers["cache-status"].startswith("deepseek-gateway; fwd=uri-miss; stored; ttl=3600")
    assert second.headers["cache-status"].startswith("deepseek-gateway; hit; ttl=3")
    assert second.headers["age"].isdigit()
    record = await cached.record(1)
    assert ([], "hit", 0) == (record["destinations"], record["cache"]["result"], record["prompt_tokens"])
    assert record["cache"]["saved_completion"] == first.document["usage"]["completion_tokens"]
    paid = await cached.record(0)
    assert paid["cost_micro_dollars"] > 0
    assert {"USD": paid["cost_micro_dollars"]} == record["saved_costs"]
    metrics = await cached.metrics()
    labels = 'model="deepseek-flash",result="hit",tenant="acme"'
    assert 1 == metrics[f"gateway_cache_requests_total{{{labels}}}"]


async def test_a_stream_is_replayed_as_it_came_and_given_whole(cached: House) -> None:
    """
    Event by event, and put together for who wants no stream.
    """
    first = await cached.chat(stream=True)
    again = await cached.chat(stream=True)
    whole = await cached.chat()

    assert first.body == again.body
    assert first.spoken() == whole.document["choices"][0]["message"]["content"]
    assert first.chunks[-1]["usage"] == whole.document["usage"]
    assert 1 == _asked(cached)


async def test_tenants_never_share(cached: House) -> None:
    """
    The same question of another tenant is asked anew, whatever it sends to look like the first one.
    """
    mine: dict[str, Any] = {"user": "anna", "metadata": {"tenant": "acme"}}
    await cached.ask(a_chat(**mine), key=KEY)
    other = await cached.ask(
        a_chat(**mine), key=AT_HOME_KEY, x_gateway_cache_namespace="acme", x_tenant="acme"
    )

    assert "fwd=uri-miss" in other.headers["cache-status"]
    assert 2 == _asked(cached)


async def test_callers_say_what_they_want_of_the_cache(cached: House) -> None:
    """
    Not stored, asked anew, another namespace, or an error that names the field.
    """
    private = await cached.ask(a_chat(), Cache_Control="no-store")
    first = await cached.ask(a_chat())
    fresh = await cached.ask(a_chat(), Cache_Control="no-cache")
    apart = await cached.ask(a_chat(), x_gateway_cache_namespace="tests")
    wrong = await cached.ask(a_chat(), x_gateway_cache_ttl="soon")

    assert ["fwd=request", "fwd=uri-miss", "fwd=request", "fwd=uri-miss"] == [
        answer.headers["cache-status"].split("; ")[1] for answer in (private, first, fresh, apart)
    ]
    assert (400, "invalid_cache_directive", "x-gateway-cache-ttl") == (
        wrong.status,
        wrong.error["code"],
        wrong.error["param"],
    )
    assert 4 == _asked(cached)


async def test_a_purge_by_command_is_obeyed(cached: House, capfd: pytest.CaptureFixture[str]) -> None:
    """
    By the running gateway, for the tenant that was named.
    """
    await cached.chat(key=KEY)
    await cached.chat(key=AT_HOME_KEY)

    words = ("cache", "purge", "--tenant", "acme")
    code = await asyncio.to_thread(run_verb, cache, an_environ(cached.folder), *words)
    await cached.gateway.credentials.follower.catch_up()

    assert 0 == code, capfd.readouterr().err
    assert "fwd=uri-miss" in (await cached.chat(key=KEY)).headers["cache-status"]
    assert "hit" in (await cached.chat(key=AT_HOME_KEY)).headers["cache-status"]


async def test_a_dump_of_redis_has_no_readable_word(tmp_path: Path, redis_server: RedisServer) -> None:
    """
    Neither a text, nor a name of a tenant, project, model or key.
    """
    environ = {"GATEWAY_CACHE_REDIS_URL": redis_server.url}
    async with a_house(tmp_path, _with_cache, environ=environ) as house:
        answer = await house.chat("Tell me about Kathmandu")
        await house.chat("Tell me about Kathmandu", stream=True)
        names = redis_server.ask("KEYS", "*").split(b"\r\n")[2::2]
        dump = b"".join(redis_server.ask("GET", name.decode()) for name in names)

    assert 1 == len(names)
    said = answer.document["choices"][0]["message"]["content"].split()
    words = ["Kathmandu", "acme", "default", "deepseek", "assistant", "choices", "stop", *said]
    assert [] == [word for word in words if len(word) > 3 and word.encode() in dump + b"".join(names)]


async def test_without_its_redis_the_gateway_goes_on(tmp_path: Path) -> None:
    """
    Everything is asked anew, and a running call is still shared.
    """
    environ = {"GATEWAY_CACHE_REDIS_URL": f"unix://{tmp_path}/none.sock"}
    async with a_house(tmp_path, _with_cache, environ=environ) as house:
        first, second = await house.chat(), await house.chat()

        assert [200, 200] == [first.status, second.status]
        assert 2 == _asked(house)


async def test_without_a_section_nothing_is_kept(house: House) -> None:
    """
    And no field speaks of a cache.
    """
    await house.chat()
    answer = await house.chat()

    assert "cache-status" not in answer.headers
    assert 2 == _asked(house)
