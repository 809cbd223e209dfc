"""The dialect of OpenAI's newer clients."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.answer import WholeResponse
from gateway.wire.responses.dialect import RESPONSES
from gateway.wire.responses.events import ResponseStream


class _Broke(Refusal):
    status, code, kind = 502, "upstream_broke", "api_error"


@pytest.mark.parametrize(("stream", "stage"), [(False, WholeResponse), (True, ResponseStream)])
def test_a_request_comes_with_the_stage_that_says_its_answer(*, stream: bool, stage: type) -> None:
    """
    Whole or as a stream.
    """
    asked = RESPONSES.read(orjson.dumps({"model": "m", "input": "Hi", "stream": stream}))

    assert ("m", stream) == (asked.request.model, asked.request.stream)
    assert [stage] == [type(found) for found in asked.stages]


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"model": "m", "input": "Hi", "metadata": 5}'])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """
    Before anything leaves.
    """
    with pytest.raises(InvalidRequest):
        RESPONSES.read(body)


_NAMES = st.sampled_from(
    [
        "input", "instructions", "include", "metadata", "reasoning", "stream", "text", "tool_choice", "tools",
        "top_logprobs", "user", "type", "role", "content", "name", "namespace", "output", "call_id",
        "arguments", "summary", "encrypted_content", "format", "effort", "parameters", "schema", "image_url",
        "file_data",
    ]
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        "message", "reasoning", "function_call", "function_call_output", "item_reference", "user",
        "assistant", "input_text", "input_image", "input_file", "output_text", "function", "namespace",
        "allowed_tools", "json_schema", "none", "",
    ]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_whatever_is_sent_is_read_or_refused(fields: dict[str, Any]) -> None:
    """
    Never a fault of the gateway; what is read has a chat request and a way to tell its answer.
    """
    try:
        asked = RESPONSES.read(orjson.dumps({"model": "m", "input": "Hi", **fields}))
    except InvalidRequest as refused:
        refusal = refused
    else:
        assert asked.request.body["messages"]
        assert 1 == len(asked.stages)
        return
    assert refusal.param


def test_what_is_refused_before_a_stream_looks_as_at_chat() -> None:
    """
    The same clients read both.
    """
    assert CHAT.refusal_body(_Broke("It broke."), "req_1") == RESPONSES.refusal_body(
        _Broke("It broke."), "req_1"
    )


def test_a_break_is_an_event_that_no_client_takes_for_an_end() -> None:
    """
    As documented, and as the SDKs look for what they raise.
    """
    name, data = RESPONSES.refusal_event(_Broke("It broke."), "req_1").split(b"\ndata: ")

    event = orjson.loads(data)
    assert (b"event: error", "error") == (name, event["type"])
    assert ("upstream_broke", "It broke.", None) == (event["code"], event["message"], event["param"])
    assert {"code", "message", "param", "type", "request_id"} == event["error"].keys()


def test_a_sign_of_life_is_a_comment() -> None:
    """
    Which every client passes over.
    """
    assert RESPONSES.stream_beat.startswith(b":")
