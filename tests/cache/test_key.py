"""Which requests are the same, and among whom."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cache.directives import NO_WISHES, Directives
from gateway.cache.key import DELIVERY_FIELDS, canonical, preamble
from gateway.vocabulary.caller import Caller
from tests.fakes.cache_values import a_question, some_cache_terms

_NAMES = st.sampled_from(["temperature", "top_p", "seed", "tools", "messages", "thinking", "future_field"])
_TEXTS = st.text('aZ 0"é你', max_size=4)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_BODIES = st.dictionaries(_NAMES, _VALUES, max_size=6)


def _turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned_round(value[name]) for name in reversed(value)}
    return [_turned_round(item) for item in value] if isinstance(value, list) else value


@given(_BODIES)
def test_the_order_of_keys_makes_no_difference(body: dict[str, Any]) -> None:
    """
    However a client writes its objects, the question is the same.
    """
    assert canonical(body) == canonical(_turned_round(body))


@given(_BODIES, st.sampled_from(sorted(DELIVERY_FIELDS)), _VALUES)
def test_how_an_answer_is_delivered_makes_no_difference(body: dict[str, Any], field: str, value: Any) -> None:
    """
    Neither the form of the answer nor the person it is for is part of the question.
    """
    assert canonical(body) == canonical({**body, field: value})


@given(_BODIES, _BODIES)
def test_two_questions_are_the_same_only_if_all_else_is(one: dict[str, Any], other: dict[str, Any]) -> None:
    """
    Fields that are not known count; null is as good as nothing.
    """

    def said(body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in body.items() if value is not None}

    assert (canonical(one) == canonical(other)) is (_typed(said(one)) == _typed(said(other)))


def _typed(value: Any) -> Any:
    """In Python True is 1; in JSON it is not."""
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    return [_typed(item) for item in value] if isinstance(value, list) else (type(value).__name__, value)


_ANNA = Caller("acme", "shop", "key_a", "api_key")
_BERT = Caller("acme", "shop", "key_b", "api_key")
_CARL = Caller("acme", "bank", "key_a", "api_key")
_DORA = Caller("acme", "shop", "key_a", "jwt", issuer="a1")


@pytest.mark.parametrize(
    ("scope", "sharers"),
    [
        ("tenant", {"anna", "bert", "carl", "dora"}),
        ("project", {"anna", "bert", "dora"}),
        ("key", {"anna"}),
        ("user", {"anna"}),
    ],
)
def test_a_scope_says_who_shares(scope: str, sharers: set[str]) -> None:
    """
    A tenant, one of its projects, or one key of a project, never a token whose client is called like it.
    """
    terms = some_cache_terms(scope=scope)
    seen = {
        name: preamble(a_question(caller, terms=terms), NO_WISHES)
        for name, caller in (("anna", _ANNA), ("bert", _BERT), ("carl", _CARL), ("dora", _DORA))
    }

    assert sharers == {name for name, one in seen.items() if one == seen["anna"]}


@pytest.mark.parametrize("namespace", [b"", b"one", b"two"])
def test_what_a_whole_tenant_shares_says_nothing_of_who_asks(namespace: bytes) -> None:
    """
    Written once, it is what would be written for each caller.
    """
    expected = msgspec.msgpack.encode(
        [some_cache_terms().route, "external", namespace, ["tenant", "", "", "", ""]]
    )

    for caller, user in ((_ANNA, "u1"), (_CARL, None)):
        assert expected == preamble(a_question(caller, user=user), Directives(namespace=namespace))


def test_a_person_with_a_token_sees_nobody_elses_answers_whomever_they_name() -> None:
    """
    Neither another person's, nor a namesake's of another issuer, nor those that a key had for them.
    """
    terms = some_cache_terms(scope="user")
    people = {
        (issuer, user): Caller("acme", "shop", "app", "jwt", user=user, issuer=issuer)
        for issuer in ("a1", "b2")
        for user in ("alice", "bob")
    }

    def seen(caller: Caller, named: str | None) -> bytes:
        return preamble(a_question(caller, user=named or caller.user, terms=terms), NO_WISHES)

    alice = people["a1", "alice"]
    again = Caller("acme", "shop", "another app", "jwt", user="alice", issuer="a1")
    others = [seen(caller, named) for caller in people.values() for named in (None, "bob")]
    assert seen(alice, None) == seen(again, "alice")
    # Whoever is called bob asks twice for themselves.
    assert 6 == len(set(others))
    assert seen(_ANNA, "bob") not in others


def test_the_scope_of_a_user_follows_the_person_and_not_the_key() -> None:
    """
    One person with two keys of a project is one; without a person, each key is one.
    """
    terms = some_cache_terms(scope="user")

    def seen(caller: Caller, user: str | None) -> bytes:
        return preamble(a_question(caller, user=user, terms=terms), NO_WISHES)

    assert seen(_ANNA, "u1") == seen(_BERT, "u1")
    assert 5 == len(
        {
            seen(_ANNA, "u1"),
            seen(_ANNA, "u2"),
            seen(_ANNA, None),
            seen(_BERT, None),
            # A person who is called like a key is not that key.
            seen(_ANNA, "key_a"),
        }
    )


def test_whatever_sets_answers_apart_is_in_the_key() -> None:
    """
    Scope, route, clearance and namespace: none of them can stand for another.
    """
    variants = [
        preamble(a_question(), NO_WISHES),
        preamble(a_question(rules={"scope": "project"}), NO_WISHES),
        preamble(a_question(rules={"stop": "second"}), NO_WISHES),
        preamble(a_question(clearance="on_premises"), NO_WISHES),
        preamble(a_question(), Directives(namespace=b"default")),
    ]

    assert len(variants) == len(set(variants))
