from typing import Any

import pytest

from gateway.upstreams.openai_habits import describe_the_format, give_reasoning_back, turn_off_thinking

_TOOLS = [{"type": "function", "function": {"name": "f"}}]
_USER: dict[str, Any] = {"role": "user", "content": "x"}
_CALL: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
_RESULT = {"role": "tool", "tool_call_id": "1", "content": "y"}
_SCHEMA = {"type": "object", "properties": {"年龄": {"type": "integer"}}}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": _SCHEMA}}


@pytest.mark.parametrize("reasoning", [{}, {"reasoning_content": None}, {"reasoning_content": ""}])
@pytest.mark.parametrize("thinking", [{}, {"thinking": None}, {"thinking": {"type": "enabled"}}])
def test_a_turn_without_its_reasoning_gets_a_blank(
    reasoning: dict[str, Any], thinking: dict[str, Any]
) -> None:
    """
    Where a thinking model would be refused the conversation; an empty text counts as none.
    """
    body = {"messages": [_USER, _CALL | reasoning, _RESULT], "tools": _TOOLS} | thinking

    give_reasoning_back(body)

    assert [_USER, _CALL | {"reasoning_content": " "}, _RESULT] == body["messages"]


@pytest.mark.parametrize(
    ("turn", "fields"),
    [
        (_CALL | {"reasoning_content": "Hm."}, {"tools": _TOOLS}),
        ({"role": "assistant", "content": "The", "prefix": True}, {"tools": _TOOLS}),
        (_CALL, {"tools": _TOOLS, "thinking": {"type": "disabled"}}),
        (_CALL, {"tools": []}),
        (_CALL, {}),
    ],
)
def test_other_turns_stay_as_they_are(turn: dict[str, Any], fields: dict[str, Any]) -> None:
    """
    What a caller gave back, the beginning of an answer, and what nobody asks for.
    """
    body = {"messages": [_USER, turn]} | fields

    give_reasoning_back(body)

    assert {"messages": [_USER, turn]} | fields == body


def test_the_callers_messages_are_not_changed() -> None:
    """
    A second attempt, at another kind of server, sends what the caller sent.
    """
    turn, messages = dict(_CALL), [_USER]
    messages.append(turn)
    body = {"messages": messages, "tools": _TOOLS, "response_format": _FORMAT}

    give_reasoning_back(body)
    describe_the_format(body)

    assert ([_USER, _CALL], _CALL) == (messages, turn)


@pytest.mark.parametrize("leading", [[], [{"role": "system", "content": "a"}] * 2])
def test_a_schema_is_asked_for_in_words(leading: list[dict[str, Any]]) -> None:
    """
    After what every conversation of the app begins with, and before what differs.
    """
    body = {"messages": [*leading, _USER], "response_format": _FORMAT}

    describe_the_format(body)

    words = {
        "role": "system",
        "content": "Answer with one JSON object and nothing else. It has to fit this JSON Schema: "
        '{"type":"object","properties":{"年龄":{"type":"integer"}}}',
    }
    assert {
        "messages": [*leading, words, _USER],
        "response_format": {"type": "json_object"},
    } == body


def test_a_format_without_a_schema_is_json() -> None:
    """
    The schema may be left out, and the word JSON has to be somewhere.
    """
    wanted = {"type": "json_schema", "json_schema": {"name": "n"}}
    body: dict[str, Any] = {"messages": [_USER], "response_format": wanted}

    describe_the_format(body)

    assert {"type": "json_object"} == body["response_format"]
    assert "Answer with one JSON object and nothing else." == body["messages"][0]["content"]


@pytest.mark.parametrize(
    "wanted", [None, {}, {"type": "json_object"}, {"type": "text"}, {"type": "json_schema", "json_schema": 1}]
)
def test_other_formats_are_the_servers_to_judge(wanted: object) -> None:
    """
    Nothing is said that the caller did not say.
    """
    body = {"messages": [_USER], "response_format": wanted}

    describe_the_format(body)

    assert {"messages": [_USER], "response_format": wanted} == body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ({"reasoning_effort": "none", "thinking": None}, {"thinking": {"type": "disabled"}}),
        ({"reasoning_effort": "none", "thinking": {"type": "enabled"}}, {"thinking": {"type": "enabled"}}),
        ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
        ({"reasoning_effort": None}, {"reasoning_effort": None}),
        ({}, {}),
    ],
)
def test_no_effort_is_no_thinking(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """
    DeepSeek's efforts begin with `low`; its own switch has the last word.
    """
    turn_off_thinking(body)

    assert expected == body
