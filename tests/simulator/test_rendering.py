"""Facts about DeepSeek's JSON."""

from typing import Any
from uuid import UUID

import msgspec
import orjson

from gateway.simulator.answer import compose
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.rendering import Renderer
from gateway.simulator.request import ChatRequest
from tests.simulator.raw_caller import a_body, a_tool

_IDENTITY = UUID(int=7)


def _renderer(behaviour: Misbehaviour | None = None, **fields: Any) -> Renderer:
    request = msgspec.convert(a_body("Hi there", **fields), ChatRequest)
    answer = compose(request, "Hi there", behaviour or Misbehaviour(echo=True))
    return Renderer(request, answer, identity=_IDENTITY, created=1_800_000_000)


def _chunks(renderer: Renderer) -> list[dict[str, Any]]:
    return [orjson.loads(event.data.removeprefix(b"data: ")) for event in renderer.stream()]


def test_a_whole_answer_looks_like_deepseeks() -> None:
    """
    Id is a bare uuid; content, reasoning, reason and usage stand where DeepSeek puts them.
    """
    document = orjson.loads(_renderer(thinking={"type": "enabled"}).whole())

    assert str(_IDENTITY) == document["id"]
    assert ("chat.completion", 1_800_000_000, "deepseek-flash") == (
        document["object"],
        document["created"],
        document["model"],
    )
    assert [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi there", "reasoning_content": "Hi there"},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ] == document["choices"]
    assert document["system_fingerprint"].startswith("fp_")


def test_usage_rides_on_the_last_chunk_and_nowhere_else() -> None:
    """
    Every chunk has one choice; the one with a finish reason has the usage, asked for or not.
    """
    chunks = _chunks(_renderer())

    assert {1} == {len(chunk["choices"]) for chunk in chunks}
    assert [None] * (len(chunks) - 1) + ["stop"] == [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert [False] * (len(chunks) - 1) + [True] == ["usage" in chunk for chunk in chunks]
    assert 3 == chunks[-1]["usage"]["completion_tokens"]


def test_include_usage_adds_only_nulls() -> None:
    """
    Who asks for usage gets `usage: null` on every earlier chunk, and no chunk more.
    """
    chunks = _chunks(_renderer(stream_options={"include_usage": True}))

    assert len(_chunks(_renderer())) == len(chunks)
    assert [None] * (len(chunks) - 1) == [chunk["usage"] for chunk in chunks[:-1]]
    assert chunks[-1]["usage"]["total_tokens"] > 0


def test_usage_can_be_left_out() -> None:
    """
    A server that never reports usage can be played.
    """
    renderer = _renderer()

    assert b"usage" not in renderer.whole(with_usage=False)
    assert all(b"usage" not in event.data for event in renderer.stream(with_usage=False))


def test_reasoning_comes_before_content() -> None:
    """
    The role comes first, then deltas of reasoning, then of content, each with the other one null.
    """
    deltas = [chunk["choices"][0]["delta"] for chunk in _chunks(_renderer(thinking={"type": "enabled"}))]

    assert [
        {"role": "assistant", "content": None, "reasoning_content": ""},
        {"content": None, "reasoning_content": "Hi"},
        {"content": None, "reasoning_content": " there"},
        {"content": "Hi", "reasoning_content": None},
        {"content": " there", "reasoning_content": None},
        {"content": "", "role": None, "reasoning_content": None},
    ] == deltas


def test_a_tool_call_comes_in_fragments() -> None:
    """
    Id and name come first, then pieces of the arguments, all under one index, like the whole call.
    """
    renderer = _renderer(tools=[a_tool()], tool_choice="required")
    calls = [chunk["choices"][0]["delta"].get("tool_calls") for chunk in _chunks(renderer)]
    first, *rest = [call[0] for call in calls if call]
    (whole,) = orjson.loads(renderer.whole())["choices"][0]["message"]["tool_calls"]

    assert ("get_weather", "") == (first["function"]["name"], first["function"]["arguments"])
    assert whole["id"] == first["id"]
    assert {0} == {call["index"] for call in rest}
    assert {"city": "Hi there"} == orjson.loads("".join(call["function"]["arguments"] for call in rest))
    assert len(rest) > 1
    assert orjson.loads(whole["function"]["arguments"]) == {"city": "Hi there"}


def test_what_is_streamed_is_counted() -> None:
    """
    The weights of the events are the completion tokens, and every piece is one delta.
    """
    events = list(_renderer(thinking={"type": "enabled"}).stream())

    assert 4 == sum(event.deltas for event in events)
    assert 3 * len("Hi there" * 2) == sum(event.tenths for event in events)
    assert [False] * 5 + [True] == [event.last for event in events]


def test_logprobs_come_when_asked_for() -> None:
    """
    Every piece of content has its entry, streamed or whole.
    """
    renderer = _renderer(logprobs=True, top_logprobs=2)
    whole = orjson.loads(renderer.whole())["choices"][0]["logprobs"]["content"]
    streamed = [chunk["choices"][0]["logprobs"] for chunk in _chunks(renderer)][1:-1]

    assert ["Hi", " there"] == [entry["token"] for entry in whole]
    assert whole == [entry["content"][0] for entry in streamed]
    assert {2} == {len(entry["top_logprobs"]) for entry in whole}
