"""What the cache is told of an exchange."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.pipeline.question import question_of
from gateway.policy.terms import Terms
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.residency import Clearance
from gateway.wire.chat import ChatRequest
from tests.fakes.builders import a_caller, a_chat_request, a_sealed_request
from tests.fakes.cache_values import some_cache_terms
from tests.fakes.small_house import a_book


def _terms(**changes: Any) -> Terms:
    return a_book(cache=some_cache_terms(), **changes).offers["acme"]["default"].terms["deepseek-chat"]


def test_where_policy_keeps_nothing_nothing_is_asked() -> None:
    """
    No question is made at all.
    """
    request = a_chat_request()

    assert question_of(a_caller(), replace(_terms(), cache=None), request, a_sealed_request()) is None


def test_a_key_may_take_back_some_of_the_cache_or_all_of_it() -> None:
    """
    For its own requests alone.
    """
    request, sealed = a_chat_request(), a_sealed_request()
    short, none = (replace(a_caller(), cache=told) for told in (b'{"ttl_seconds":9}', b'{"enabled":false}'))

    question = question_of(short, _terms(), request, sealed)

    assert question is not None
    assert 9 == question.terms.rules.ttl_seconds
    assert question_of(none, _terms(), request, sealed) is None


def test_a_question_is_about_the_sealed_request() -> None:
    """
    With how far it may travel.
    """
    request = a_chat_request(stream=True)
    sealed = a_sealed_request(Clearance.ON_PREMISES, request)

    question = question_of(a_caller(), _terms(), request, sealed)

    assert question is not None
    assert (sealed.request.body, "on_premises", True, False) == (
        question.body,
        question.clearance,
        question.streamed,
        question.is_unique,
    )


@pytest.mark.parametrize(
    ("fields", "user", "expected"),
    [
        ({"user": "u1"}, "token-user", "u1"),
        ({"user_id": "u2"}, None, "u2"),
        ({"user": ""}, "token-user", "token-user"),
        ({}, None, None),
    ],
)
def test_a_user_is_the_one_a_request_or_else_a_token_names(
    fields: dict[str, str], user: str | None, expected: str | None
) -> None:
    """
    As limits see it too.
    """
    plain = a_chat_request()
    request = ChatRequest(plain.model, plain.stream, False, plain.body | fields)
    caller = Caller("acme", "default", "key_1", "api_key", user=user)

    question = question_of(caller, _terms(), request, a_sealed_request(request=request))

    assert question is not None
    assert expected == question.user
