"""What policy says for a caller who said nothing."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.defaults import fill_in, without_our_bound
from tests.fakes.builders import a_chat_request
from tests.fakes.chats import a_body

fields = st.dictionaries(
    st.sampled_from(["temperature", "top_p", "max_tokens", "stop"]), st.none() | st.integers() | st.text()
)


def with_fields(**extra: Any) -> ChatRequest:
    request = a_chat_request()
    return ChatRequest(request.model, request.stream, request.include_usage, {**request.body, **extra})


def test_a_missing_field_is_filled_in() -> None:
    """
    What the caller left out, the policy says.
    """
    assert 0.2 == fill_in(a_chat_request(), {"temperature": 0.2}).body["temperature"]


def test_a_null_is_something_said() -> None:
    """
    Who sends null has chosen.
    """
    assert fill_in(with_fields(temperature=None), {"temperature": 0.2}).body["temperature"] is None


def test_without_anything_to_fill_in_the_request_is_the_same() -> None:
    """
    Not even a copy is made.
    """
    request = with_fields(temperature=1)

    assert request is fill_in(request, {})
    assert request is fill_in(request, {"temperature": 0.2})


@pytest.mark.slow
@given(said=fields, defaults=fields)
def test_the_callers_word_goes_first(said: dict[str, Any], defaults: dict[str, Any]) -> None:
    """
    Every field of either is there, the caller's unchanged, and the caller's own body untouched.
    """
    request = with_fields(**said)
    before = dict(request.body)

    filled = fill_in(request, defaults)

    assert {**defaults, **before} == filled.body
    assert before == request.body
    assert (request.model, request.stream) == (filled.model, filled.stream)


def test_tools_of_the_policy_make_a_request_no_longer_plain() -> None:
    """
    Texts alone stay texts alone with any other default.
    """
    plain = parse_chat(orjson.dumps(a_body()))

    assert plain.is_plain
    assert fill_in(plain, {"temperature": 0.2}).is_plain
    assert not fill_in(plain, {"tools": [{"type": "function", "function": {"name": "f"}}]}).is_plain


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, 100),
        ({"max_tokens": None}, 100),
        ({"max_tokens": 7}, 7),
        ({"max_completion_tokens": 7}, None),
        ({"max_tokens": None, "max_completion_tokens": 7}, None),
    ],
)
def test_the_plans_maximum_is_sent_where_the_caller_named_none(
    said: dict[str, Any], expected: int | None
) -> None:
    """
    By either name; null names none.
    """
    assert expected == fill_in(with_fields(**said), {}, 100).body.get("max_tokens")


@pytest.mark.parametrize(
    ("said", "defaults", "expected"),
    [
        ({}, {}, True),
        ({"max_tokens": None}, {}, True),
        ({"max_completion_tokens": 7}, {}, False),
        ({}, {"max_tokens": 50}, False),
    ],
)
def test_a_bound_that_is_the_plans_can_be_taken_back(
    said: dict[str, Any], defaults: dict[str, Any], *, expected: bool
) -> None:
    """
    But no bound that somebody chose for this request or this model.
    """
    filled = fill_in(with_fields(**said), defaults, 100)

    free = without_our_bound(filled)

    assert (expected, False) == (filled.bound_is_ours, free.bound_is_ours)
    assert "max_tokens" not in free.body
    assert filled.body == {**free.body, "max_tokens": 100} or not expected


def test_the_models_own_maximum_goes_before_the_plans() -> None:
    """
    It is nearer to the model.
    """
    assert 50 == fill_in(with_fields(), {"max_tokens": 50}, 100).body["max_tokens"]
