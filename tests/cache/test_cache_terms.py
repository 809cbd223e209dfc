"""What policy lets into the cache."""

from typing import Any

import pytest

from gateway.cache.cache_terms import cache_terms
from gateway.cache.rules import CacheRules
from tests.fakes.cache_values import some_cache_terms


def test_a_cache_that_is_off_has_no_terms() -> None:
    """
    Nothing is compiled for it, so nothing is looked at for each request.
    """
    assert cache_terms(CacheRules(), "deepseek-chat", [["first"]]) is None


@pytest.mark.parametrize(
    ("rules", "body", "objection"),
    [
        ({}, {}, None),
        ({}, {"temperature": None}, None),
        ({}, {"temperature": 1}, None),
        ({}, {"temperature": 1.1}, "temperature"),
        ({"max_temperature": 0}, {"temperature": 0}, None),
        ({"max_temperature": 0}, {"temperature": 0.1}, "temperature"),
        ({}, {"tools": [{}]}, None),
        ({"tools": False}, {"tools": [{}]}, "tools"),
        ({"tools": False}, {"functions": [{}]}, "tools"),
        ({"tools": False}, {"tools": []}, None),
    ],
)
def test_what_policy_does_not_want_in_the_cache_is_named(
    rules: dict[str, Any], body: dict[str, Any], objection: str | None
) -> None:
    """
    The reason is the name of the field.
    """
    assert objection == some_cache_terms(**rules).objection(body)


def test_another_route_is_another_digest() -> None:
    """
    An answer of one model server is none of another one, nor of another model.
    """
    routes = {
        some_cache_terms("a", "first").route,
        some_cache_terms("a", "second").route,
        some_cache_terms("b", "first").route,
    }

    assert 3 == len(routes)
    assert some_cache_terms("a", "first").route in routes
