"""What callers of Responses ask, as a chat request."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.request import chat_request_of

_SCHEMA = {"type": "object"}
_TOOL = {"type": "function", "name": "f"}
_FUNCTION = {"name": "f", "parameters": {"type": "object", "properties": {}}}


def chat(**fields: Any) -> dict[str, Any]:
    """What is asked beyond model and message, of a request with these fields."""
    body = chat_request_of({"model": "m", "input": "Hi", **fields}).body
    return {name: value for name, value in body.items() if name not in ("model", "messages")}


def test_a_short_request_is_what_chat_would_send() -> None:
    """
    Field for field, so that one kept answer serves both.
    """
    request = chat_request_of({"model": "m", "input": "Hi", "instructions": "S", "max_output_tokens": 5})

    assert {
        "model": "m",
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Hi"}],
        "max_tokens": 5,
    } == request.body
    assert request.is_plain


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        ({"stream": False, "stream_options": {"include_obfuscation": False}}, {}),
        ({"temperature": 0.5, "top_p": 1}, {"temperature": 0.5, "top_p": 1}),
        ({"stop": ["x"], "seed": 3, "top_k": 5}, {"stop": ["x"], "seed": 3, "top_k": 5}),
        ({"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
        (
            {"thinking": {"type": "disabled"}, "reasoning": {"effort": "low"}},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "low"},
        ),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": _SCHEMA, "strict": True}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": _SCHEMA, "strict": True},
                }
            },
        ),
        ({"reasoning": {"effort": "none"}}, {"thinking": {"type": "disabled"}}),
        (
            {"reasoning": {"effort": "high", "summary": "auto"}},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        ),
        ({"reasoning": {"summary": "auto"}}, {}),
        ({"reasoning": None, "tools": [], "tool_choice": "auto", "text": None}, {}),
        ({"top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"include": ["reasoning.encrypted_content"]}, {}),
        ({"user": "u", "safety_identifier": "s"}, {"user_id": "u"}),
        ({"safety_identifier": "s"}, {"user_id": "s"}),
        ({"tools": [_TOOL]}, {"tools": [{"type": "function", "function": _FUNCTION}]}),
        (
            {"tools": [_TOOL], "tool_choice": "required", "parallel_tool_calls": False},
            {
                "tools": [{"type": "function", "function": _FUNCTION}],
                "tool_choice": "required",
                "parallel_tool_calls": False,
            },
        ),
        (
            {
                "store": True, "truncation": "auto", "service_tier": "flex", "prompt_cache_key": "k",
                "metadata": {}, "background": False, "previous_response_id": None, "client_metadata": {},
                "max_tool_calls": 3,
            },
            {},
        ),
    ],
)  # fmt: skip
def test_a_setting_is_said_in_the_words_of_chat(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    """
    What tells a provider how to do its work is left out.
    """
    assert expected == chat(**fields)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"model": None}, "model"),
        ({"input": None}, "input"),
        ({"instructions": ["x"]}, "instructions"),
        ({"stream": "yes"}, "stream"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"stop": [5]}, "stop[0]"),
        ({"text": "x"}, "text"),
        ({"text": {"verbosity": 5}}, "text.verbosity"),
        ({"text": {"format": "x"}}, "text.format"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema", "name": "n"}}}, "text.format.schema"),
        ({"reasoning": "high"}, "reasoning"),
        ({"reasoning": {"effort": 5}}, "reasoning.effort"),
        ({"include": "x"}, "include"),
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"user": 5}, "user"),
        ({"tools": "x"}, "tools"),
        ({"tool_choice": 5}, "tool_choice"),
        ({"parallel_tool_calls": "x"}, "parallel_tool_calls"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], place: str) -> None:
    """
    By the name it has in Responses.
    """
    with pytest.raises(InvalidRequest) as caught:
        chat(**fields)

    assert place == caught.value.param


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("conversation", {"id": "conv_1"}),
        ("background", True),
        ("prompt", {"id": "pmpt_1"}),
        ("moderation", {"model": "m"}),
    ],
)
def test_what_would_need_a_memory_is_refused(field: str, value: object) -> None:
    """
    With the way out.
    """
    with pytest.raises(InvalidRequest) as caught:
        chat(**{field: value})

    assert field == caught.value.param
    assert "Send " in caught.value.message or "Leave it out" in caught.value.message
