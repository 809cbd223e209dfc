"""Agents whose clients drop what the model thought: it is given back, by whichever process they come to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import AT_HOME_KEY, House, PolicyFolder, a_chat, a_house, until
from tests.fakes.redis_server import RedisServer
from tests.fakes.sealing import EMAIL

pytestmark = pytest.mark.slow

_THOUGHT = "First the tool, then the answer."
_TOOL = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
_CALLS = Misbehaviour(tool="look_up", reasoning=_THOUGHT)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def _remembering(policies: PolicyFolder) -> None:
    policies.plan["thoughts"] = {"enabled": True}
    policies.tenants["at-home"]["residency"] = "external"


@pytest.fixture(params=["memory", "redis"])
async def houses(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    """Where a conversation begins and goes on: two gateways over one Redis and state, or one alone."""
    environ = {}
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        environ = {"GATEWAY_REDIS_URL": server.url, "GATEWAY_MASTER_KEY": "a" * 43 + "="}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(a_house(tmp_path / "a", _remembering, environ=environ))
        if not environ:
            yield first, first
            return
        yield first, await stack.enter_async_context(a_house(tmp_path / "b", _remembering, environ=environ))


def _first_turn(text: str = "Where is it?", **fields: Any) -> dict[str, Any]:
    return a_chat(text, tools=[_TOOL], **fields)


async def _called(house: House, *, stream: bool = False, text: str = "Where is it?") -> dict[str, Any]:
    """Let the model think and call a tool; return its turn as such a client keeps it."""
    house.simulator.always(_CALLS)
    answer = await house.ask(_first_turn(text, stream=stream))
    assert 200 == answer.status
    if not stream:
        message: dict[str, Any] = answer.document["choices"][0]["message"]
        assert _THOUGHT == message.pop("reasoning_content")
        return message
    assert _THOUGHT == answer.spoken("reasoning_content")
    deltas = [choice["delta"] for chunk in answer.chunks for choice in chunk["choices"]]
    (opened, *_) = [call for delta in deltas for call in delta.get("tool_calls") or () if call.get("id")]
    return {"role": "assistant", "content": None, "tool_calls": [opened]}


def _second_turn(turn: dict[str, Any], text: str = "Where is it?", **fields: Any) -> dict[str, Any]:
    body = _first_turn(text, **fields)
    result = {"role": "tool", "tool_call_id": turn["tool_calls"][0]["id"], "content": "Here."}
    return body | {"messages": [*body["messages"], turn, result]}


def _given_back(house: House) -> Any:
    """What the model server was last told that it had thought."""
    body = orjson.loads(house.simulator.records[-1].body)
    return body["messages"][1].get("reasoning_content")


@STREAMED
async def test_what_was_thought_is_given_back(houses: tuple[House, House], *, stream: bool) -> None:
    """
    The turn was in one process, the next one is in another.
    """
    here, there = houses
    turn = await _called(here, stream=stream)

    answer = await there.ask(_second_turn(turn, stream=stream))

    assert (200, _THOUGHT) == (answer.status, _given_back(there))


async def test_another_tenant_is_given_a_blank(houses: tuple[House, House]) -> None:
    """
    Who learned of the id of a call learned nothing more.
    """
    here, there = houses
    turn = await _called(here)

    await there.ask(_second_turn(turn), key=AT_HOME_KEY)

    assert " " == _given_back(there)


async def test_who_hands_it_back_is_heard_first(houses: tuple[House, House]) -> None:
    """
    What a client knows better stays as it is.
    """
    here, there = houses
    turn = await _called(here)

    await there.ask(_second_turn(turn | {"reasoning_content": "I know."}))

    assert "I know." == _given_back(there)


async def test_whoever_wants_nothing_kept_has_nothing_kept(houses: tuple[House, House]) -> None:
    """
    With the header that says so for answers.
    """
    here, there = houses
    here.simulator.always(_CALLS)
    answer = await here.ask(_first_turn(), **{"Cache-Control": "no-store"})

    await there.ask(_second_turn(answer.document["choices"][0]["message"] | {"reasoning_content": None}))

    assert " " == _given_back(there)


async def test_a_caller_who_leaves_before_the_end_is_remembered_nothing(tmp_path: Path) -> None:
    """
    What was not said to its end was not said.
    """
    async with a_house(tmp_path, _remembering) as house:
        turn = await _called(house)
        call_id = turn["tool_calls"][0]["id"]
        house.begin_anew()
        house.simulator.always(replace(_CALLS, delta_size=1000, stall_after=4))
        async with await house.call() as caller:
            listening = await house.listening(caller, _first_turn("Another?", stream=True))
            await listening.until(b"tool_calls")
            left = b"".join(listening.pieces)
        await house.until_empty()
        known = left.partition(b'"id":"call_')[2].partition(b'"')[0].decode()
        assert known
        assert not call_id.endswith(known)
        house.simulator.always(Misbehaviour())
        lost = turn | {"tool_calls": [turn["tool_calls"][0] | {"id": f"call_{known}"}]}

        await house.ask(_second_turn(lost, "Another?"))

        assert " " == _given_back(house)


async def test_a_private_value_in_a_thought_stays_hidden_and_comes_back(tmp_path: Path) -> None:
    """
    The model reads the word that it had thought, the caller their own value; the store has neither.
    """

    def hiding(policies: PolicyFolder) -> None:
        _remembering(policies)
        policies.hide(profile="mine")

    async with a_house(tmp_path, hiding) as house:
        house.simulator.always(Misbehaviour(tool="look_up", echo=True))
        text = f"Write to {EMAIL}."
        answer = await house.ask(_first_turn(text, thinking={"type": "enabled"}))
        message = answer.document["choices"][0]["message"]
        thought = message.pop("reasoning_content")
        assert EMAIL in thought
        house.simulator.always(Misbehaviour(echo=True))

        again = await house.ask(_second_turn(message, text))

        sent = orjson.loads(house.simulator.records[-1].body)["messages"]
        word = sent[0]["content"].removeprefix("Write to ").removesuffix(".")
        assert thought.replace(EMAIL, word) == sent[1]["reasoning_content"]
        assert EMAIL not in house.simulator.records[-1].body.decode()
        assert 200 == again.status


async def test_a_destroyed_key_takes_thoughts_with_it(tmp_path: Path) -> None:
    """
    From the moment in which it is destroyed.
    """
    async with a_house(tmp_path, _remembering) as house:
        turn = await _called(house)
        credentials = house.gateway.credentials
        await credentials.destroy_data_key("acme")
        await credentials.follower.catch_up()

        await house.ask(_second_turn(turn))

        assert " " == _given_back(house)


async def test_two_who_ask_at_once_are_given_their_own(tmp_path: Path) -> None:
    """
    Each conversation its own thought, however they overlap.
    """
    async with a_house(tmp_path, _remembering) as house:
        turns = [await _called(house, text=f"Where is {number}?") for number in range(3)]
        mixed = turns[0] | {"tool_calls": turns[1]["tool_calls"]}

        await asyncio.gather(
            *[house.ask(_second_turn(turn, f"Where is {number}?")) for number, turn in enumerate(turns)]
        )
        await until(lambda: len(house.simulator.records) == 6)
        given = [orjson.loads(one.body)["messages"][1] for one in house.simulator.records[3:]]
        await house.ask(_second_turn(mixed, "Where is 0?"))

        assert [_THOUGHT] * 3 == [one["reasoning_content"] for one in given]
        assert " " == _given_back(house)
