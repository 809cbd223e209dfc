from typing import Any

import pytest

from gateway.wire.chat_messages import check_messages
from gateway.wire.invalid_request import InvalidRequest

_USER: dict[str, object] = {"role": "user", "content": "Hello"}


def _with_part(part: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": [{"type": "text", "text": "x"}, part]}]


def _with_call(call: object) -> list[dict[str, object]]:
    return [_USER, {"role": "assistant", "content": None, "tool_calls": [call]}]


@pytest.mark.parametrize(
    "messages",
    [
        [_USER],
        [{"role": "developer", "content": "Be brief."}, _USER],
        [_USER, {"role": "latest_reminder", "content": "It is Friday."}],
        [{"role": "assistant", "content": None, "tool_calls": None}],
        [{"role": "assistant", "content": "The", "prefix": True, "reasoning_content": " "}],
        _with_part({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}),
        _with_part({"type": "input_audio", "input_audio": {}}),
        _with_call({"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}),
        _with_call({"id": "1", "type": "a_later_one", "custom": {}}),
        [{"role": "tool", "tool_call_id": "1", "content": "4"}],
        [{"role": "user", "content": "x", "a_later_field": {"y": 1}}],
    ],
)
def test_what_the_protocol_allows_passes(messages: list[dict[str, Any]]) -> None:
    """
    Known shapes pass, and so do fields and kinds of part that came later.
    """
    before = repr(messages)

    check_messages(messages)

    assert before == repr(messages)


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        (None, "messages"),
        ("Hello", "messages"),
        ([], "messages"),
        (["Hello"], "messages[0]"),
        ([_USER, {"content": "x"}], "messages[1].role"),
        ([{"role": "wizard", "content": "x"}], "messages[0].role"),
        ([{"role": ["user"], "content": "x"}], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": None}], "messages[0].content"),
        ([{"role": "user", "content": 5}], "messages[0].content"),
        ([{"role": "tool", "content": {"x": 1}}], "messages[0].content"),
        (_with_part("x"), "messages[0].content[1]"),
        (_with_part({"text": "x"}), "messages[0].content[1]"),
        (_with_part({"type": "text"}), "messages[0].content[1].text"),
        (_with_part({"type": "image_url"}), "messages[0].content[1].image_url"),
        (_with_part({"type": "image_url", "image_url": {}}), "messages[0].content[1].image_url"),
        ([{**_USER, "name": 5}], "messages[0].name"),
        ([{**_USER, "reasoning_content": []}], "messages[0].reasoning_content"),
        ([{"role": "tool", "content": "x", "tool_call_id": 1}], "messages[0].tool_call_id"),
        ([{"role": "assistant", "content": "x", "prefix": "yes"}], "messages[0].prefix"),
        ([{"role": "assistant", "tool_calls": {}, "content": None}], "messages[0].tool_calls"),
        (_with_call("x"), "messages[1].tool_calls[0]"),
        (_with_call({"type": "function"}), "messages[1].tool_calls[0].function"),
        (_with_call({"function": []}), "messages[1].tool_calls[0].function"),
        (_with_call({"function": {"arguments": "{}"}}), "messages[1].tool_calls[0].function.name"),
        (
            _with_call({"function": {"name": "f", "arguments": {}}}),
            "messages[1].tool_calls[0].function.arguments",
        ),
    ],
)
def test_what_no_server_understands_is_refused_with_its_place(messages: object, param: str) -> None:
    """
    The refusal names the message and the field at fault.
    """
    with pytest.raises(InvalidRequest) as caught:
        check_messages(messages)

    assert ("invalid_request", param) == (caught.value.code, caught.value.param)
