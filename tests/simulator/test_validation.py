"""Facts about what DeepSeek does not take."""

from typing import Any

import orjson
import pytest

from gateway.simulator.errors import DeclinedRequest
from gateway.simulator.request import read_request
from gateway.simulator.validation import check
from tests.simulator.raw_caller import a_body, a_tool

_IMAGE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
_CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
_USER = {"role": "user", "content": "x"}
_ANSWERED = [
    _USER,
    {"role": "assistant", "content": None, "tool_calls": [_CALL], "reasoning_content": " "},
    {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
]


def _strict(**changes: Any) -> dict[str, Any]:
    tool = a_tool(city={"type": "string"})
    tool["function"]["strict"] = True
    tool["function"]["parameters"] |= {"required": ["city"], "additionalProperties": False, **changes}
    return tool


def _fault(*, beta: bool = False, **fields: Any) -> tuple[int, str] | None:
    try:
        check(read_request(orjson.dumps(a_body(**fields))), beta=beta)
    except DeclinedRequest as declined:
        return declined.answered.status, orjson.loads(declined.answered.body)["error"]["message"]
    return None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"model": "deepseek-v4-pro"},
        {"model": "deepseek-v4-flash"},
        {"messages": [{"role": "user", "content": _IMAGE}]},
        {"messages": _ANSWERED, "tools": [a_tool()], "thinking": {"type": "enabled"}},
        {"messages": _ANSWERED, "thinking": {"type": "enabled"}},
        {"tools": [_strict()], "beta": True},
        {"tools": [_strict(required=[]), a_tool()]},
        {"messages": [_USER, {"role": "assistant", "content": "Yes", "prefix": True}], "beta": True},
        {"text": "give me JSON", "response_format": {"type": "json_object"}},
        {"stop": ["x"] * 16, "max_tokens": 393_216, "user_id": "a-B_9", "logprobs": True, "top_logprobs": 20},
        {"tools": [a_tool()], "tool_choice": "required", "safety_check": {"level": "high"}, "n": 1},
    ],
)
def test_a_sound_request_is_taken(fields: dict[str, Any]) -> None:
    """
    What the reference allows passes, up to its bounds.
    """
    assert None is _fault(**fields)


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        (
            {"model": "gpt-4"},
            400,
            "The supported API model names are deepseek-flash, deepseek-v4-pro, but you passed gpt-4.",
        ),
        ({"model": "deepseek-chat"}, 400, "but you passed deepseek-chat."),
        ({"messages": []}, 400, "Empty input messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages[0].role: unknown variant `robot`"),
        ({"messages": [{"role": "user"}]}, 400, "missing field `content`"),
        ({"messages": [{"role": "system", "content": _IMAGE}]}, 400, "`image_url`, expected `text`"),
        ({"messages": [{"role": "assistant", "content": _IMAGE}]}, 400, "`image_url`, expected `text`"),
        ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, 400, "unknown variant `video`"),
        ({"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": _IMAGE}]}, 400, "image input"),
        ({"messages": [_USER, {"role": "tool", "content": "x"}]}, 400, "missing field `tool_call_id`"),
        ({"messages": [_USER, _ANSWERED[2]]}, 400, "must be a response to a preceding message"),
        ({"messages": _ANSWERED[:2]}, 400, "insufficient tool messages"),
        ({"messages": [*_ANSWERED[:2], _USER]}, 400, "insufficient tool messages"),
        ({"messages": [_USER, {"role": "assistant", "content": "Y", "prefix": True}]}, 400, "beta"),
        ({"messages": [_USER | {"prefix": True}], "beta": True}, 400, "its role must be assistant"),
        ({"tools": [{"type": "web_search"}]}, 400, "unknown variant `web_search`, expected `function`"),
        ({"tools": [{"type": "function"}]}, 400, "missing field `function`"),
        ({"tools": [a_tool("no spaces")]}, 400, "tools[0].function.name"),
        ({"tools": [a_tool()] * 129}, 422, "at most 128"),
        ({"tools": [_strict(), a_tool()], "beta": True}, 400, "every function"),
        ({"tools": [_strict(required=[])], "beta": True}, 400, "must be required"),
        ({"tools": [_strict(additionalProperties=True)], "beta": True}, 400, "additionalProperties"),
        ({"tool_choice": "required"}, 400, "no tools"),
        ({"tool_choice": "perhaps"}, 400, "unknown variant `perhaps`"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}, "tools": [a_tool()]},
            400,
            "function f",
        ),
        ({"thinking": {"type": "deep"}}, 400, "unknown variant `deep`"),
        ({"response_format": {"type": "json_schema"}}, 400, "response_format"),
        ({"response_format": {"type": "json_object"}}, 400, "must contain the word 'json'"),
        ({"safety_check": {"level": "medium"}}, 400, "safety_check"),
        ({"n": 2}, 400, "n = 1"),
        ({"stop": ["x"] * 17}, 422, "at most 16"),
        ({"max_tokens": 0}, 422, "[1, 393216]"),
        ({"max_tokens": 393_217}, 422, "[1, 393216]"),
        ({"top_logprobs": 3}, 422, "needs logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, 422, "[0, 20]"),
        ({"temperature": 2.5}, 422, "temperature"),
        ({"top_p": 1.5}, 422, "top_p"),
        ({"user_id": "a@b"}, 422, "user_id"),
        ({"user_id": "a" * 513}, 422, "user_id"),
    ],
)
def test_an_unsound_request_is_refused(fields: dict[str, Any], status: int, message: str) -> None:
    """
    Each fault has its status and a message that names it.
    """
    fault = _fault(**fields)

    assert fault is not None
    assert status == fault[0]
    assert message in fault[1]


@pytest.mark.parametrize("reasoning", [None, ""])
def test_reasoning_has_to_come_back_where_tools_are(reasoning: str | None) -> None:
    """
    While thinking with tools, an assistant turn without its reasoning is a 400; empty counts as missing.
    """
    messages = [_USER, {"role": "assistant", "content": "hi", "reasoning_content": reasoning}, _USER]
    fields: dict[str, Any] = {"messages": messages, "thinking": {"type": "enabled"}}

    assert None is _fault(**fields)
    assert None is _fault(**fields | {"thinking": {"type": "disabled"}}, tools=[a_tool()])
    assert (400, "The reasoning_content in the thinking mode must be passed back to the API.") == _fault(
        **fields, tools=[a_tool()]
    )
