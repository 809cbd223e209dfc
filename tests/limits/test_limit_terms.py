"""The limits of a plan as they hold for one caller."""

import sys
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gateway.limits.kinds.ceilings import OutputCeiling
from gateway.limits.limit_terms import NO_LIMITS, NO_SHEET, LimitTerms, limit_terms
from gateway.limits.refusals import LimitsUnavailable
from gateway.limits.rules import KeyLimits, LimitRules
from gateway.vocabulary.caller import Caller
from tests.fakes.ledgers import at_once, requests, spend, tokens


def _terms(*rules: Any, project: str = "shop", model: str = "deepseek-flash", **fields: Any) -> LimitTerms:
    return limit_terms(LimitRules(rules=rules, **fields), "acme", project, model)


def _caller(key_id: str = "key_1", **fields: Any) -> Caller:
    return Caller("acme", "shop", key_id, **({"method": "api_key"} | fields))


def _key(terms: LimitTerms, caller: Caller, user: str | None = None) -> str:
    (key,) = terms.sheet(caller, user).keys
    return key


@pytest.mark.parametrize(
    ("per", "other", "is_shared"),
    [
        (("tenant",), {"key_id": "key_2"}, True),
        (("tenant",), {"project": "lab"}, True),
        (("tenant",), {"model": "deepseek-v4-pro"}, True),
        (("project",), {"key_id": "key_2"}, True),
        (("project",), {"project": "lab"}, False),
        (("key",), {"key_id": "key_2"}, False),
        (("key",), {"model": "deepseek-v4-pro"}, True),
        (("model",), {"model": "deepseek-v4-pro"}, False),
        (("key", "model"), {"model": "deepseek-v4-pro"}, False),
        (("end_user",), {"user": "bob"}, False),
        (("end_user",), {"key_id": "key_2"}, True),
    ],
)
def test_a_scope_says_whose_use_is_counted_together(
    per: tuple[Any, ...],
    other: dict[str, str],
    is_shared: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """
    And whose is not.
    """
    here = _key(_terms(requests(5, per=per)), _caller(), "alice")
    terms = _terms(
        requests(5, per=per),
        project=other.get("project", "shop"),
        model=other.get("model", "deepseek-flash"),
    )

    there = _key(terms, _caller(other.get("key_id", "key_1")), other.get("user", "alice"))

    assert is_shared == (here == there)


def test_a_token_whose_client_is_called_like_a_key_is_counted_by_itself() -> None:
    """
    So are clients of one name of two issuers.
    """
    terms = _terms(requests(5, per=("key",)))

    callers = [_caller("web", method="jwt", issuer=issuer) for issuer in ("a1", "b2")]

    assert 3 == len({_key(terms, caller) for caller in (_caller("web"), *callers)})


def test_every_key_of_a_tenant_has_its_tag() -> None:
    """
    So that they are all in one slot.
    """
    sheet = _terms(requests(5), tokens(9, per=("key", "end_user"))).sheet(_caller(), "alice")

    assert all(key.startswith("{acme}:") for key in sheet.keys)


def test_an_end_user_is_not_named_in_a_key() -> None:
    """
    Who reads Redis learns nothing of them.
    """
    assert "alice" not in _key(_terms(requests(5, per=("end_user",))), _caller(), "alice@example.org")


def test_the_same_limit_over_another_time_is_another_counter() -> None:
    """
    Its parts would not fit; more of it over the same time goes on counting.
    """
    minute, hour, more = (_key(_terms(requests(*how)), _caller()) for how in ((5, 60), (5, 3600), (9, 60)))

    assert (True, False) == (minute == more, minute == hour)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (spend("250", "month"), replace(spend("1800", "month"), money="CNY")),
        (tokens(9, count="output"), tokens(9, count="both")),
        (replace(tokens(9), name="a"), replace(requests(9), name="a")),
    ],
)
def test_the_same_name_for_something_else_is_another_counter(before: Any, after: Any) -> None:
    """
    Dollars that were spent are no yuan, and tokens no requests, when policy changes within a period.
    """
    assert _key(_terms(before), _caller()) != _key(_terms(after), _caller())


def test_a_sheet_is_made_once_for_a_caller() -> None:
    """
    Whoever the end user is, where end users are not told apart.
    """
    terms, telling = _terms(requests(5)), _terms(requests(5, per=("end_user",)))

    assert terms.sheet(_caller(), "alice") is terms.sheet(_caller(), "bob")
    assert telling.sheet(_caller(), "alice") is not telling.sheet(_caller(), "bob")


def test_a_long_name_of_an_end_user_is_not_kept() -> None:
    """
    Callers may send one of many megabytes with each request; who is who is told to the last letter.
    """
    terms = _terms(requests(5, per=("end_user",)))
    alice, bob = ("x" * 100_000 + name for name in ("alice", "bob"))
    held = sys.getrefcount(alice)

    sheet = terms.sheet(_caller(), alice)

    assert held == sys.getrefcount(alice)
    assert sheet is terms.sheet(_caller(), alice)
    assert sheet.keys != terms.sheet(_caller(), bob).keys


def test_only_limits_of_the_model_hold() -> None:
    """
    Their globs say which those are.
    """
    rules = (requests(5, models=("*-pro",)), tokens(9))

    assert ["tokens"] == [counter.rule.name for counter in _terms(*rules).sheet(_caller(), None).counters]


def test_a_credential_brings_limits_of_its_own() -> None:
    """
    They count it alone, beside the plan's, also where the plan has none.
    """
    own = msgspec.json.encode(KeyLimits(rules=(requests(3), OutputCeiling(name="short", at_most=64))))

    sheet = _terms(requests(5)).sheet(_caller(limits=own), None)
    alone = NO_LIMITS.sheet(_caller(limits=own), None)

    assert ([5, 3], 64) == ([counter.capacity for counter in sheet.counters], sheet.max_tokens)
    assert "k=key_1" in sheet.keys[1]
    assert (1, 1) == (len(alone.counters), len(alone.ceilings))


@pytest.mark.parametrize("plan", [(), (requests(5),), (requests(5, per=("end_user",)),)])
def test_a_credentials_own_limit_tells_its_users_apart(plan: tuple[Any, ...]) -> None:
    """
    Whether its plan has a limit for each of them or not.
    """
    caller = _caller(limits=msgspec.json.encode(KeyLimits(rules=(requests(3, per=("end_user",)),))))

    keys = [_terms(*plan).sheet(caller, user).keys[-1] for user in ("alice", "bob", None)]

    assert 3 == len(set(keys))


def test_limits_that_cannot_be_read_close_the_way() -> None:
    """
    Going on without them would be going on without limits.
    """
    with pytest.raises(LimitsUnavailable):
        NO_LIMITS.sheet(_caller(limits=b'{"rules": [{"kind": "luck"}]}'), None)


def test_without_limits_there_is_nothing_to_count() -> None:
    """
    One empty sheet for everybody.
    """
    assert NO_SHEET is NO_LIMITS.sheet(_caller(), None)


def test_the_plans_words_go_with_its_sheets() -> None:
    """
    What happens when Redis fails, and how many replicas must know.
    """
    terms = _terms(at_once(1), spend("1"), when_redis_fails="local", local_percent=50, wait_for_replicas=1)

    sheet = terms.sheet(_caller(), None)
    assert ("local", 50, 1) == (terms.when_redis_fails, terms.local_percent, sheet.replicas)
    assert (True, True, 32_768) == (sheet.has_lease, sheet.counts_money, sheet.max_tokens)
