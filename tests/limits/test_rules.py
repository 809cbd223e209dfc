"""What a plan may say about limits."""

from typing import Any

import msgspec
import pytest

from gateway.limits.kinds.ceilings import ContextCeiling, OutputCeiling
from gateway.limits.rules import (
    KeyLimits,
    LimitRules,
    key_objections,
    maximum_to_send,
    objections,
    read_key_limits,
)
from tests.fakes.ledgers import at_once, requests, spend, tokens


def _places(**fields: Any) -> list[str]:
    return [place for place, _ in objections(LimitRules(**fields))]


def test_good_limits_have_no_objections() -> None:
    """
    Several at once, of every kind.
    """
    rules = (
        requests(5),
        tokens(90_000),
        at_once(2),
        spend("1"),
        OutputCeiling(name="longest", at_most=50_000),
    )

    assert [] == _places(rules=rules)


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"rules": (requests(5), requests(6))}, [".rules[0].name", ".rules[1].name"]),
        ({"rules": (requests(5, per=()),)}, [".rules[0].per"]),
        ({"rules": (requests(5, per=("key", "key")),)}, [".rules[0].per"]),
        ({"rules": (requests(5, models=()),)}, [".rules[0].models"]),
        ({"rules": (spend("0"),)}, [".rules[0].amount"]),
        ({"rules": (spend("1", time_zone="Beijing"),)}, [".rules[0].time_zone"]),
        ({"max_tokens": 100, "rules": (tokens(99),)}, [".max_tokens"]),
        ({"max_tokens": 100, "rules": (OutputCeiling(name="a", at_most=99),)}, [".max_tokens"]),
        ({"max_tokens": 100, "rules": (tokens(99, count="input"),)}, []),
        ({"max_tokens": 100, "rules": (tokens(99, mode="shadow"),)}, []),
    ],
)
def test_what_contradicts_itself_is_refused(fields: dict[str, Any], places: list[str]) -> None:
    """
    At its place.
    """
    assert places == _places(**fields)


@pytest.mark.parametrize(
    ("rules", "stated", "expected"),
    [
        ((requests(5), at_once(2)), None, None),
        ((requests(5), at_once(2)), 100, None),
        ((tokens(10**9),), None, 32_768),
        ((tokens(10**9),), 100, 100),
        ((tokens(500),), None, 500),
        ((spend("1"),), None, 32_768),
        ((OutputCeiling(name="a", at_most=64),), None, 64),
        ((ContextCeiling(name="a", at_most=64),), None, 32_768),
    ],
)
def test_a_maximum_is_sent_where_tokens_or_money_count(
    rules: Any, stated: int | None, expected: int | None
) -> None:
    """
    Never more than a limit could grant, and none where nothing depends on it.
    """
    assert expected == maximum_to_send(rules, stated)


def test_limits_of_a_key_are_read_as_they_are_kept() -> None:
    """
    JSON, with their kinds.
    """
    limits = KeyLimits(rules=(requests(5), spend("1")))

    assert limits.rules == read_key_limits(msgspec.json.encode(limits))
    assert [] == list(key_objections(limits))


def test_limits_of_a_key_are_vetted_like_those_of_a_plan() -> None:
    """
    At their place.
    """
    limits = KeyLimits(rules=(requests(5), requests(6, per=())))

    assert [".rules[0].name", ".rules[1].name", ".rules[1].per"] == [
        place for place, _ in key_objections(limits)
    ]
