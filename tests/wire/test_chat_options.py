import pytest

from gateway.wire.chat_options import check_options
from gateway.wire.invalid_request import InvalidRequest

_TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"max_tokens": 1, "temperature": 0, "top_p": 0.5, "n": 1, "top_logprobs": 0},
        {"stop": "x", "tool_choice": "auto"},
        {"stop": ["x", "y"], "tool_choice": {"type": "function"}},
        {"tools": [_TOOL, {"type": "deepseek_web_search"}]},
        {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
        {"anything_else": object()},
    ],
)
def test_well_formed_and_unknown_fields_pass(fields: dict[str, object]) -> None:
    """
    What the gateway does not know, the upstream decides on.
    """
    before = dict(fields)

    check_options(fields)

    assert before == fields


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"stream": "true"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"stream_options": []}, "stream_options"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -5}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": "100"}, "max_tokens"),
        ({"max_completion_tokens": 0}, "max_completion_tokens"),
        ({"n": 0}, "n"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"stop": 5}, "stop"),
        ({"stop": ["x", 5]}, "stop[1]"),
        ({"tools": {}}, "tools"),
        ({"tools": ["f"]}, "tools[0]"),
        ({"tools": [_TOOL, {"function": {}}]}, "tools[1]"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {"name": 5}}]}, "tools[0].function"),
        ({"tool_choice": 5}, "tool_choice"),
        ({"response_format": "json"}, "response_format"),
        ({"thinking": True}, "thinking"),
        ({"reasoning_effort": 5}, "reasoning_effort"),
        ({"user_id": 5}, "user_id"),
        ({"safety_identifier": 5}, "safety_identifier"),
    ],
)
def test_a_known_field_of_a_wrong_shape_is_refused_by_name(fields: dict[str, object], param: str) -> None:
    """
    The refusal names the field; a truth is no number.
    """
    with pytest.raises(InvalidRequest) as caught:
        check_options(fields)

    assert ("invalid_request", param) == (caught.value.code, caught.value.param)
