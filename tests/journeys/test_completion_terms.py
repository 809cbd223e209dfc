"""Completions under the terms of a plan: what is refused, kept, routed and limited."""

from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.completions import PATH, a_completion, last_choice, text_of
from tests.fakes.house import KEY, PolicyFolder, a_chat, a_house
from tests.fakes.sealing import EMAIL

pytestmark = pytest.mark.slow

STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def _blocking(policies: PolicyFolder) -> None:
    policies.hide(profile="strict", entities={"EMAIL": {"action": "block"}})


async def test_what_is_refused_is_named_by_the_callers_field(tmp_path: Path) -> None:
    """
    Nobody who sent a suffix has written messages.
    """
    async with a_house(tmp_path, _blocking) as house:
        found = [
            await house.ask(a_completion(EMAIL, suffix="x"), path=PATH),
            await house.ask(a_completion(suffix=EMAIL), path=PATH),
        ]

    assert [("private_data_blocked", "prompt"), ("private_data_blocked", "suffix")] == [
        (answer.error["code"], answer.error["param"]) for answer in found
    ]


def _with_cache(policies: PolicyFolder) -> None:
    policies.plan["cache"] = {"enabled": True}


async def test_a_kept_completion_is_given_again(tmp_path: Path) -> None:
    """
    Whole and streamed, for the same text on both sides of the gap, and never for a turn of a conversation.
    """
    async with a_house(tmp_path, _with_cache) as house:
        first = await house.ask(a_completion("Hello", suffix="x", stream=True), path=PATH)
        whole = await house.ask(a_completion(["Hello"], suffix="x"), path=PATH)
        streamed = await house.ask(a_completion("Hello", suffix="x", stream=True), path="/beta/completions")
        others = [
            await house.ask(a_completion("Hello", suffix="y"), path=PATH),
            await house.ask(a_completion("Hello"), path=PATH),
            await house.ask(a_chat("Hello", max_tokens=4_000)),
        ]

        assert 1 + len(others) == len(house.simulator.records)
    assert text_of(first, stream=True) == text_of(whole, stream=False) == text_of(streamed, stream=True)
    assert first.chunks[-1]["usage"] == whole.document["usage"] == streamed.chunks[-1]["usage"]
    assert "stop" == last_choice(whole, stream=False)["finish_reason"]
    assert "hit" in whole.headers["cache-status"]


def _second_fills(policies: PolicyFolder) -> None:
    """The first server of the route fills no gaps; it is asked at another of its paths."""
    policies.upstreams["first"] |= {
        "kind": "vllm",
        "base_url": policies.upstreams["first"]["base_url"] + "/v1",
    }


async def test_who_cannot_fill_a_gap_is_passed_over(tmp_path: Path) -> None:
    """
    Nothing is sent to it; what it can do it is asked first.
    """
    async with a_house(tmp_path, _second_fills, upstreams=2) as house:
        filled = await house.ask(a_completion(suffix="x"), path=PATH)
        went_on = await house.ask(a_completion(), path=PATH)

        seen = [[exchange.path for exchange in one.records] for one in house.simulators]
    assert ("second", "first") == (
        filled.headers["x-gateway-upstream"],
        went_on.headers["x-gateway-upstream"],
    )
    assert [["/v1/completions"], ["/beta/completions"]] == seen


async def test_where_nobody_fills_a_gap_the_caller_is_told_what_to_do(tmp_path: Path) -> None:
    """
    A mistake of the request, not of a server.
    """
    async with a_house(tmp_path, _second_fills) as house:
        answer = await house.ask(a_completion(suffix="x"), path=PATH)

    assert (400, "invalid_request", "suffix") == (
        answer.status,
        answer.error["code"],
        answer.error["param"],
    )


def _with_marks(policies: PolicyFolder) -> None:
    policies.hide(profile="baseline")
    _second_fills(policies)
    policies.upstreams["first"]["fim_template"] = "<P>{prompt}<S>{suffix}<M>"


@STREAMED
async def test_a_gap_is_marked_for_a_server_that_knows_no_suffix(tmp_path: Path, *, stream: bool) -> None:
    """
    Between the marks stand placeholders, and what they stand for comes back.
    """
    async with a_house(tmp_path, _with_marks) as house:
        house.simulator.always(Misbehaviour(echo=True, delta_size=1))

        answer = await house.ask(
            a_completion(f"a = '{EMAIL}", suffix=f"' # {EMAIL}", stream=stream), path=PATH
        )

        (exchange,) = house.simulator.records
    sent = exchange.request
    assert f"<P>a = '{EMAIL}<S>' # {EMAIL}<M>" == text_of(answer, stream=stream)
    assert EMAIL not in sent["prompt"]
    assert sent["prompt"].startswith("<P>a = '")
    assert "suffix" not in sent


@STREAMED
async def test_another_server_goes_on_before_the_first_word(tmp_path: Path, *, stream: bool) -> None:
    """
    As at chat.
    """
    async with a_house(tmp_path, upstreams=2) as house:
        house.simulators[0].always(Misbehaviour(status=503))
        house.simulators[1].always(Misbehaviour(text="from the second"))

        answer = await house.ask(a_completion(stream=stream), path=PATH)
        record = await house.record()

    assert "from the second" == text_of(answer, stream=stream)
    assert ["first", "second"] == record["destinations"]


def _with_limits(policies: PolicyFolder) -> None:
    rule = {"name": "tokens", "kind": "tokens", "limit": 100_000, "window_seconds": 3600}
    policies.plan["limits"] = {"rules": [rule], "max_tokens": 6_000}


async def test_a_completion_counts_as_chat_does(tmp_path: Path) -> None:
    """
    Against limits, the plan's bound first and the truth in the end, and in the metrics.
    """
    async with a_house(tmp_path, _with_limits) as house:
        bounded = await house.ask(a_completion(suffix="x"), path=PATH)
        unbounded = await house.ask(a_completion(suffix="y", max_tokens=None), path=PATH)
        standing = (await house.get("/v1/usage", key=KEY)).document["limits"][0]
        metrics = await house.metrics()

        sent = [exchange.request["max_tokens"] for exchange in house.simulator.records]
    assert [4_000, 4_096] == sent
    totals = [answer.document["usage"]["total_tokens"] for answer in (bounded, unbounded)]
    assert sum(totals) == standing["used"]
    finished = 'gateway_requests_total{ending="finished",model="deepseek-flash",status="200",tenant="acme"}'
    assert 2 == metrics[finished]


async def test_a_limit_names_the_callers_field(tmp_path: Path) -> None:
    """
    What is too long is the prompt.
    """
    async with a_house(tmp_path, _with_limits) as house:
        answer = await house.ask(a_completion("word " * 50_000), path=PATH)

    assert (400, "request_exceeds_limit") == (answer.status, answer.error["code"])
    assert answer.error["param"] in ("prompt", "max_tokens")
