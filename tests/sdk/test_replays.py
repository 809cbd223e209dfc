"""What the official clients make of an answer from the cache: the same as of the first one."""

from typing import Any
from uuid import uuid4

import pytest

from tests.sdk.client import Client
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
_PLAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": ({"text": "Grüße, 世界! " * 20}, {}),
    "reasoning": ({"text": "Four.", "reasoning": "Two and two."}, {}),
    "tool": ({"tool": "get_weather"}, {"tools": [_WEATHER]}),
}


@pytest.mark.parametrize("second", ["chat", "stream"])
@pytest.mark.parametrize("first", ["chat", "stream"])
def test_a_replay_says_what_the_original_said(
    client: Client, simulator: Simulated, cached_url: str, first: str, second: str
) -> None:
    """
    Text, reasoning, tool calls, finish and usage; asked whole or as a stream, given whole or as a stream.
    """
    for behaviour, options in _PLAYS.values():
        text = f"Question {uuid4()}"
        simulator.reset()
        simulator.next(behaviour)

        original = client.do(first, text, base_url=cached_url, options=options)
        replay = client.do(second, text, base_url=cached_url, options=options)

        assert 1 == len(simulator.exchanges())
        for fact in ("text", "reasoning", "finish"):
            assert original.get(fact) == replay.get(fact), fact
        assert _calls(original) == _calls(replay)
        assert _total(original) == _total(replay) > 0


def _calls(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(call["id"], call["name"], call["arguments"]) for call in facts["calls"]]


def _total(facts: dict[str, Any]) -> int:
    total: int = facts["usage"]["total_tokens"]
    return total
