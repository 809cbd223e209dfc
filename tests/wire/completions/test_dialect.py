"""The dialect of code editors."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.completions.dialect import COMPLETIONS
from gateway.wire.completions.prompt import asks_to_complete, prompt_of
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.token_bounds import output_bound, prompt_bound
from gateway.wire.token_estimate import estimate_prompt


class _Broke(Refusal):
    status, code, kind = 502, "upstream_broke", "api_error"


class _Blocked(Refusal):
    status, code, kind = 403, "private_data_blocked", "permission_error"


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_needs_nobody_to_translate_its_answer(*, stream: bool) -> None:
    """
    Model servers speak the caller's own words.
    """
    asked = COMPLETIONS.read(orjson.dumps({"model": "m", "prompt": "x", "stream": stream}))

    assert ("m", stream, ()) == (asked.request.model, asked.request.stream, asked.stages)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 30) | st.sampled_from(["", "x", "deep"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "type"]), inner),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    [
        "prompt", "suffix", "echo", "logprobs", "n", "best_of", "stop", "stream", "stream_options",
        "max_tokens", "temperature", "user", "messages", "tools", "thinking", "later",
    ]
)  # fmt: skip


@given(st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_whatever_is_sent_is_read_or_refused(fields: dict[str, Any]) -> None:
    """
    Never a fault of the gateway; what is read can be told from chat, counted and sent on.
    """
    try:
        request = COMPLETIONS.read(orjson.dumps({"model": "m", "prompt": "Hi", **fields})).request
    except InvalidRequest as refused:
        refusal = refused
    else:
        assert asks_to_complete(request)
        assert isinstance(prompt_of(request.body).text, str)
        assert prompt_bound(request.body) >= estimate_prompt(request.body) >= 0
        assert output_bound(request.body) == request.body.get("max_tokens")
        return
    assert refusal.param


def test_both_sides_of_the_gap_are_counted() -> None:
    """
    A model reads both.
    """
    request = COMPLETIONS.read(orjson.dumps({"model": "m", "prompt": "a" * 100, "suffix": "b" * 100})).request

    assert 60 == estimate_prompt(request.body)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"model": "m"}', b'{"prompt": "x"}', b"[" * 300])
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """
    Before anything leaves.
    """
    with pytest.raises(InvalidRequest):
        COMPLETIONS.read(body)


def test_a_refusal_looks_as_at_chat_and_names_the_callers_field() -> None:
    """
    The same clients read both.
    """
    refusal = _Blocked("Take it out.", param="messages[0].content[1].text")

    body = orjson.loads(COMPLETIONS.refusal_body(refusal, "req_1"))
    expected = orjson.loads(CHAT.refusal_body(refusal, "req_1"))

    assert "suffix" == body["error"]["param"]
    assert expected["error"] | {"param": "suffix"} == body["error"]


def test_a_break_is_an_event_that_no_client_takes_for_an_end() -> None:
    """
    As at chat, and with comments as signs of life before it.
    """
    event = COMPLETIONS.refusal_event(_Broke("It broke."), "req_1")

    assert CHAT.refusal_event(_Broke("It broke."), "req_1") == event
    assert COMPLETIONS.stream_beat.startswith(b":")
