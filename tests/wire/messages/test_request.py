"""A request for a message, as a chat request."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.messages.request import read_messages

_SAID = [{"role": "user", "content": "Hello"}]
_NAMES = st.sampled_from(["type", "text", "role", "content", "name", "source"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "role", "content", "name", "source"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def read(**fields: Any) -> dict[str, Any]:
    """The body of the chat request that this request for a message is."""
    return read_messages(orjson.dumps({"model": "m", "messages": _SAID, "max_tokens": 9, **fields})).body


def test_the_plainest_request_is_a_plain_chat() -> None:
    """
    It takes the short ways that plain chats take.
    """
    request = read_messages(orjson.dumps({"model": "m", "messages": _SAID, "max_tokens": 9, "system": "S"}))

    expected = {
        "model": "m",
        "messages": [{"role": "system", "content": "S"}, *_SAID],
        "max_tokens": 9,
    }
    assert expected == request.body
    assert ("m", False, True) == (request.model, request.stream, request.is_plain)


def test_a_stream_is_told_its_usage() -> None:
    """
    The last event of every message says what it cost.
    """
    request = read_messages(orjson.dumps({"model": "m", "messages": _SAID, "stream": True}))

    assert (True, True) == (request.stream, request.include_usage)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"temperature": 0.5, "top_p": 0.9, "top_k": 4}, {"temperature": 0.5, "top_p": 0.9, "top_k": 4}),
        ({"stop_sequences": ["a", "b"]}, {"stop": ["a", "b"]}),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, {"thinking": {"type": "enabled"}}),
        ({"thinking": {"type": "adaptive"}}, {"thinking": {"type": "enabled"}}),
        ({"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
        ({"output_config": {"effort": "max"}}, {"reasoning_effort": "max"}),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
                }
            },
        ),
        (
            {
                "output_format": {"type": "json_schema", "schema": {"type": "object"}},
                "output_config": {"effort": "low"},
            },
            {
                "reasoning_effort": "low",
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
                },
            },
        ),
        ({"metadata": {"user_id": "maria"}}, {"user_id": "maria"}),
        ({"metadata": {"user_id": None}, "service_tier": "auto", "container": "c", "mcp_servers": []}, {}),
        ({"tools": [], "tool_choice": {"type": "auto"}}, {}),
        ({"temperature": None, "stream": None, "system": None, "tools": None, "thinking": None}, {}),
    ],
)
def test_what_a_request_says_beside_its_messages(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    """
    Each field in the words of chat, and nothing else.
    """
    body = read(**fields)

    assert {"model": "m", "messages": _SAID, "max_tokens": 9, **expected} == body


def test_tools_and_which_is_called() -> None:
    """
    As functions.
    """
    body = read(tools=[{"name": "find"}], tool_choice={"type": "any"})

    assert (["find"], "required") == (
        [tool["function"]["name"] for tool in body["tools"]],
        body["tool_choice"],
    )


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"model": None}, "model"),
        ({"messages": None}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": "yes"}, "stream"),
        ({"stop_sequences": "x"}, "stop_sequences"),
        ({"stop_sequences": [1]}, "stop_sequences"),
        ({"thinking": True}, "thinking"),
        ({"thinking": {"type": ["enabled"]}}, "thinking"),
        ({"output_config": "high"}, "output_config"),
        ({"output_config": {"effort": 5}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "text"}}}, "output_config.format"),
        ({"mcp_servers": [{"type": "url", "url": "https://x.example"}]}, "mcp_servers"),
        ({"compaction": {"type": "summarize"}}, "compaction"),
        ({"output_config": 1, "output_format": {}}, "output_config"),
        ({"output_format": "json"}, "output_config.format"),
        ({"thread": {"type": "create"}}, "thread"),
        ({"system": 5}, "system"),
    ],
)
def test_a_wrong_field_is_refused_under_its_name(fields: dict[str, Any], place: str) -> None:
    """
    And what would silently not be done is wrong, too.
    """
    with pytest.raises(InvalidRequest) as caught:
        read(**fields)

    assert place == caught.value.param


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messages": ' + b"[" * 300 + b"]" * 300 + b"}"])
def test_what_is_no_object_within_bounds_is_refused(body: bytes) -> None:
    """
    Just as at the other protocol.
    """
    with pytest.raises(InvalidRequest) as caught:
        read_messages(body)

    assert "invalid_json" == caught.value.code


@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["messages", "system", "tools", "tool_choice", "thinking", "output_config", "metadata", "stream"]
        ),
        _JSON,
    )
)
def test_no_json_breaks_the_reader(fields: dict[str, object]) -> None:
    """
    Any object ends in a request that can be written, or a refusal that names a field.
    """
    try:
        named = orjson.dumps(read(**fields)).decode()
    except InvalidRequest as refusal:
        named = refusal.param or ""

    assert named
