"""Turns of a conversation as chat messages."""

from typing import Any

import orjson
import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.messages.turns import system_turns, turns_of

_PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}
_USE = {"type": "tool_use", "id": "call_1", "name": "find", "input": {"城市": "北京", "n": 1}}


def _user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    "system", ["Be kind.", [_text("Be kind.")], [{**_text("Be kind."), "cache_control": {}}]]
)
def test_the_system_speaks_first(system: object) -> None:
    """
    As a text or as blocks.
    """
    assert [{"role": "system", "content": "Be kind."}] == system_turns(system)


@pytest.mark.parametrize("system", [None, "", []])
def test_a_system_that_says_nothing_has_no_turn(system: object) -> None:
    """
    An empty message would only cost.
    """
    assert [] == system_turns(system)


def test_what_a_user_says() -> None:
    """
    A text, or blocks.
    """
    turns = turns_of([{"role": "user", "content": "a"}, _user(_text("b"), _text("c"))])

    assert [{"role": "user", "content": "a"}, {"role": "user", "content": "b\nc"}] == turns


def test_what_an_assistant_said_thought_and_called() -> None:
    """
    DeepSeek wants its thoughts back beside its calls; what another provider locked is left out.
    """
    said = [
        {"type": "thinking", "thinking": "Hm.", "signature": "x"},
        {"type": "redacted_thinking", "data": "zzz"},
        _text("I look."),
        _USE,
    ]

    turns = turns_of([{"role": "assistant", "content": said}, {"role": "user", "content": "go on"}])

    call = turns[0]["tool_calls"][0]
    assert ("I look.", "Hm.") == (turns[0]["content"], turns[0]["reasoning_content"])
    assert ("call_1", "function", "find") == (call["id"], call["type"], call["function"]["name"])
    assert {"城市": "北京", "n": 1} == orjson.loads(call["function"]["arguments"])


def test_calls_alone_have_no_text() -> None:
    """
    Null, as the servers themselves answer.
    """
    turns = turns_of([{"role": "assistant", "content": [_USE]}])

    assert turns[0]["content"] is None


def test_results_follow_their_calls_before_anything_else_is_said() -> None:
    """
    Chat wants the tools' messages right behind the calls, wherever the blocks stood.
    """
    results = [{"type": "tool_result", "tool_use_id": name, "content": name} for name in ("one", "two")]

    turns = turns_of([_user(results[0], _text("And now?"), results[1])])

    assert ["tool", "tool", "user"] == [turn["role"] for turn in turns]
    assert [("one", "one"), ("two", "two")] == [(turn["tool_call_id"], turn["content"]) for turn in turns[:2]]


def test_a_picture_that_a_tool_gave_is_shown_by_the_user() -> None:
    """
    The message of a tool can only be text.
    """
    result = {"type": "tool_result", "tool_use_id": "t", "content": [_text("seen"), _PNG], "is_error": False}

    turns = turns_of([_user(result)])

    assert "seen" == turns[0]["content"]
    assert ["image_url"] == [part["type"] for part in turns[1]["content"]]


def test_a_tool_may_give_nothing() -> None:
    """
    An empty text.
    """
    turns = turns_of([_user({"type": "tool_result", "tool_use_id": "t"})])

    assert [{"role": "tool", "tool_call_id": "t", "content": ""}] == turns


def test_an_assistant_whose_turn_is_last_goes_on_with_it() -> None:
    """
    Such as `{`, so that JSON follows: DeepSeek's `prefix`.
    """
    turns = turns_of([{"role": "user", "content": "JSON!"}, {"role": "assistant", "content": "{"}])

    assert {"role": "assistant", "content": "{", "prefix": True} == turns[-1]


def test_calls_are_no_beginning_of_a_text() -> None:
    """
    A conversation that ends in them has nothing to go on with.
    """
    turns = turns_of([{"role": "assistant", "content": [_text("x"), _USE]}])

    assert "prefix" not in turns[-1]


def test_the_system_may_speak_again_later() -> None:
    """
    In the history, where it was said.
    """
    turns = turns_of(
        [{"role": "user", "content": "a"}, {"role": "system", "content": [_text("Now in rhyme.")]}]
    )

    assert {"role": "system", "content": "Now in rhyme."} == turns[1]


@pytest.mark.parametrize(
    ("messages", "place"),
    [
        (None, "messages"),
        ([], "messages"),
        ("text", "messages"),
        (["text"], "messages[0]"),
        ([{"role": "owner", "content": "x"}], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        ([_user({"type": "tool_use"})], "messages[0].content[0].type"),
        ([_user({"type": "tool_result"})], "messages[0].content[0].tool_use_id"),
        ([{"role": "assistant", "content": [_PNG]}], "messages[0].content[0].type"),
        ([{"role": "assistant", "content": [{**_USE, "input": "x"}]}], "messages[0].content[0].input"),
        ([{"role": "assistant", "content": [{"type": "thinking"}]}], "messages[0].content[0].thinking"),
    ],
)
def test_what_is_wrong_is_refused_under_its_place(messages: object, place: str) -> None:
    """
    Before anything was sent.
    """
    with pytest.raises(InvalidRequest) as caught:
        turns_of(messages)

    assert place == caught.value.param
