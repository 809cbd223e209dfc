"""Limits as callers meet them: refused, told, given back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import KEY, House, PolicyFolder, a_chat, a_house, a_request, until
from tests.fakes.redis_server import RedisServer

pytestmark = pytest.mark.slow


def _limited(*rules: dict[str, Any], **section: Any) -> Callable[[PolicyFolder], object]:
    def change(policies: PolicyFolder) -> None:
        policies.plan["limits"] = {"rules": list(rules), **section}

    return change


_PRICE = {
    "upstream": "*",
    "model": "*",
    "currency": "USD",
    "valid_from": "2026-01-01",
    "per_million": {"cache_hit": "1", "cache_miss": "1", "output": "5"},
}


def _rule(kind: str, limit: int, **fields: Any) -> dict[str, Any]:
    return {"name": kind.replace("_", "-"), "kind": kind, "limit": limit, "window_seconds": 3600, **fields}


async def _used(house: House, name: str) -> int:
    document = (await house.get("/v1/usage", key=KEY)).document
    (line,) = [limit for limit in document["limits"] if limit["name"] == name]
    used: int = line["used"]
    return used


async def test_every_answer_says_where_the_caller_stands(tmp_path: Path) -> None:
    """
    Good ones and refusals, in both forms.
    """
    async with a_house(tmp_path, _limited(_rule("requests", 1), _rule("tokens", 100_000))) as house:
        good, refused = await house.chat(), await house.chat()

    assert (200, 429) == (good.status, refused.status)
    assert ["0", "0"] == [one.headers["x-ratelimit-remaining-requests"] for one in (good, refused)]
    assert '"requests";q=1;w=3600' in good.headers["ratelimit-policy"]
    assert ("rate_limit_exceeded", "false") == (refused.error["code"], refused.headers["x-should-retry"])
    assert 3600 <= int(refused.headers["retry-after"]) <= 3660
    assert "'requests' (1 requests in 3600 s for each tenant): 0 requests left" in refused.error["message"]


async def test_a_whole_answer_is_booked_by_what_it_used(tmp_path: Path) -> None:
    """
    Not by what was reserved for it.
    """
    async with a_house(tmp_path, _limited(_rule("tokens", 100_000))) as house:
        usage = (await house.chat()).document["usage"]
        await house.until_empty()

        assert usage["total_tokens"] == await _used(house, "tokens")


async def test_a_stream_left_half_way_is_booked_by_what_was_generated(tmp_path: Path) -> None:
    """
    The rest of what was reserved is there again.
    """
    change = _limited(_rule("tokens", 100_000, count="output"))
    async with a_house(tmp_path, change) as house:
        house.simulator.next(Misbehaviour(deltas=500, delay_ms=20.0))
        async with await house.call() as caller:
            answer = await house.listening(
                caller, a_chat("Count to a hundred.", stream=True, max_tokens=5_000)
            )
            for _ in range(3):
                await answer.piece()
            reserved = await _used(house, "tokens")
        await house.until_empty()

        booked = await _used(house, "tokens")
    assert 5_000 == reserved
    assert 3 <= booked < 200


async def test_what_never_reached_a_model_gives_its_tokens_back(tmp_path: Path) -> None:
    """
    The upstream refused; the request counts, its tokens do not.
    """
    change = _limited(_rule("requests", 10), _rule("tokens", 100_000))
    async with a_house(tmp_path, change) as house:
        house.simulator.always(Misbehaviour(status=500))
        answer = await house.chat()

        assert (502, "9") == (answer.status, answer.headers["x-ratelimit-remaining-requests"])
        assert (1, 0) == (await _used(house, "requests"), await _used(house, "tokens"))


async def test_the_plans_maximum_is_sent_where_the_caller_named_none(tmp_path: Path) -> None:
    """
    So that no more can come than was reserved.
    """
    async with a_house(tmp_path, _limited(_rule("tokens", 100_000), max_tokens=77)) as house:
        await house.chat()
        await house.chat(max_tokens=5)

        sent = [exchange.request["max_tokens"] for exchange in house.simulator.records]
    assert [77, 5] == sent


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"max_tokens": -1}, 400, "invalid_request"),
        ({"max_tokens": 0}, 400, "invalid_request"),
        ({"max_tokens": "many"}, 400, "invalid_request"),
        ({"max_tokens": 10**15}, 400, "request_exceeds_limit"),
        ({"max_tokens": 60_000, "n": 2}, 400, "request_exceeds_limit"),
        ({"max_tokens": 501, "model": "deepseek-chat"}, 400, "parameter_above_plan"),
        ({"max_completion_tokens": 501}, 400, "parameter_above_plan"),
        ({"max_tokens": None}, 200, None),
    ],
)
async def test_an_impossible_maximum_is_refused_before_it_is_sent(
    tmp_path: Path, fields: dict[str, Any], status: int, code: str | None
) -> None:
    """
    With the parameter at fault; nothing is taken for it.
    """
    rules = [_rule("tokens", 100_000)]
    if code == "parameter_above_plan":
        rules.append({"name": "longest", "kind": "output_ceiling", "at_most": 500})
    async with a_house(tmp_path, _limited(*rules)) as house:
        answer = await house.chat(**fields)
        await house.until_empty()
        used = await _used(house, "tokens")

    assert (status, code) == (answer.status, answer.error["code"] if status != 200 else None)
    assert (used == 0) == (status != 200)


async def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    """
    A place is free again as soon as a stream is left.
    """
    rule = {"name": "at-once", "kind": "concurrency", "limit": 1}
    async with a_house(tmp_path, _limited(rule)) as house:
        async with await house.call() as caller:
            house.simulator.next(Misbehaviour(deltas=500, delay_ms=20.0))
            await house.listening(caller, a_chat(stream=True))
            second = await house.chat()
        await house.until_empty()
        third = await house.chat()

    assert [429, 200] == [second.status, third.status]
    assert "1" == second.headers["retry-after"]


async def test_a_budget_that_is_used_up_is_not_tried_again(tmp_path: Path) -> None:
    """
    And the balance says so, in DeepSeek's shape.
    """

    def change(policies: PolicyFolder) -> None:
        rule = {"name": "budget", "kind": "spend", "amount": "0.001", "money": "USD", "period": "month"}
        _limited(rule, max_tokens=100)(policies)
        policies.prices = {"prices": [_PRICE]}

    async with a_house(tmp_path, change) as house:
        answers = [await house.chat() for _ in range(30)]
        balance = (await house.get("/user/balance", key=KEY)).document

    refused = answers[-1]
    assert (200, 429, "budget_exhausted") == (answers[0].status, refused.status, refused.error["code"])
    assert "false" == refused.headers["x-should-retry"]
    assert float(balance["balance_infos"][0]["total_balance"]) < 0.001


@pytest.mark.parametrize(("way", "status"), [("deny", 503), ("allow", 200), ("local", 200)])
async def test_when_redis_fails_the_plan_decides(tmp_path: Path, way: str, status: int) -> None:
    """
    Callers are answered at once; when it is back, it counts again without a restart.
    """
    # While a sync is under way, Redis would put off what it writes, and lose it with its process.
    server = RedisServer(tmp_path / "redis", "--appendonly", "yes", "--appendfsync", "always").start()
    change = _limited(_rule("requests", 100), when_redis_fails=way)
    try:
        async with a_house(tmp_path, change, environ={"GATEWAY_REDIS_URL": server.url}) as house:
            before = await house.chat()
            server.kill()
            during = [await house.chat() for _ in range(3)]
            await until(lambda: house.gateway._ledgers._news.is_bad)
            server.start()
            await until(lambda: not house.gateway._ledgers._news.is_bad)
            after = await house.chat()
            await house.until_empty()
            used = await _used(house, "requests")
            metrics = await house.metrics()
    finally:
        server.stop()

    assert ([200, 200], [status] * 3) == ([before.status, after.status], [answer.status for answer in during])
    assert 2 == used
    told = f'gateway_limit_decisions_total{{decision="degraded_{way}",kind="none",limit="",tenant="acme"}}'
    assert 3.0 == metrics[told]


async def test_limits_are_shared_by_all_processes(tmp_path: Path) -> None:
    """
    Two gateways on one Redis grant one limit together.
    """
    server = RedisServer(tmp_path / "redis").start()
    change = _limited(_rule("requests", 20))
    environ = {"GATEWAY_REDIS_URL": server.url, "GATEWAY_MASTER_KEY": "0f" * 32}
    try:
        async with (
            a_house(tmp_path / "one", change, environ=environ) as one,
            a_house(tmp_path / "two", change, environ=environ) as two,
        ):
            answers = await asyncio.gather(*(house.chat() for house in (one, two) for _ in range(20)))
    finally:
        server.stop()

    assert 20 == sum(answer.status == 200 for answer in answers)


async def test_a_budget_that_others_hold_while_they_run_is_not_used_up(tmp_path: Path) -> None:
    """
    It is tried again; when the stream that held it was left, there is room.
    """

    def change(policies: PolicyFolder) -> None:
        rule = {"name": "budget", "kind": "spend", "amount": "0.001", "money": "USD", "period": "month"}
        _limited(rule, max_tokens=100)(policies)
        policies.prices = {"prices": [_PRICE]}

    async with a_house(tmp_path, change) as house:
        house.simulator.next(Misbehaviour(deltas=500, delay_ms=20.0))
        async with await house.call() as caller:
            await house.listening(caller, a_chat(stream=True))
            during = await house.chat()
        await house.until_empty()
        afterwards = await house.chat()

    assert (429, "rate_limit_exceeded", "1") == (
        during.status,
        during.error["code"],
        during.headers["retry-after"],
    )
    assert "x-should-retry" not in during.headers
    assert 200 == afterwards.status


_FULL = '{"error":{"message":"This model\'s maximum context length is 32768 tokens.","code":400}}'


@pytest.mark.parametrize("stream", [False, True])
async def test_a_server_with_little_room_is_not_asked_for_more_than_it_has(
    tmp_path: Path, *, stream: bool
) -> None:
    """
    Where the plan's own maximum does not fit beside the prompt, the server may use what room it has.
    """
    async with a_house(tmp_path, _limited(_rule("tokens", 100_000), max_tokens=32_768)) as house:
        house.simulator.next(Misbehaviour(status=400, body=_FULL))
        answer = await house.chat(stream=stream)
        sent = [exchange.request.get("max_tokens") for exchange in house.simulator.records]
        used = await _used(house, "tokens")

    assert (200, [32_768, None]) == (answer.status, sent)
    assert 0 < used < 100


async def test_what_does_not_fit_at_all_is_told_after_one_more_try(tmp_path: Path) -> None:
    """
    A prompt that is too long by itself, or a maximum of the caller's own, stays refused.
    """
    async with a_house(tmp_path, _limited(_rule("tokens", 100_000), max_tokens=32_768)) as house:
        house.simulator.always(Misbehaviour(status=400, body=_FULL))
        long, bounded = await house.chat(), await house.chat(max_tokens=100)
        tries = len(house.simulator.records)
        used = await _used(house, "tokens")

    assert ["context_length_exceeded"] * 2 == [long.error["code"], bounded.error["code"]]
    assert (3, 0) == (tries, used)


async def test_a_caller_who_leaves_between_the_two_tries_costs_no_second(tmp_path: Path) -> None:
    """
    The upstream hears of it once.
    """
    async with a_house(tmp_path, _limited(_rule("tokens", 100_000), max_tokens=32_768)) as house:
        house.simulator.next(Misbehaviour(status=400, body=_FULL, slow_head=0.5))
        async with await house.call() as caller:
            caller.say(a_request(a_chat()))
            await house.simulator.until(lambda: bool(house.simulator.records))
        await house.until_empty()

        assert 1 == len(house.simulator.records)
