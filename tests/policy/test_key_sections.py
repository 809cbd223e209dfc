"""What a key brings for a room is read like what documents say about it."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.identity.key_document import KeyDocument
from gateway.limits.limit_rule import LimitRule
from gateway.policy.key_sections import vet_key_section
from tests.identity.test_key_document import a_document


def _unpriced(key: KeyDocument, rule: LimitRule) -> str | None:
    """Know no price in euros for the model of a key of one model."""
    return key.models[0] if rule.currency == "EUR" else None


def _vetted(name: str, **sections: Any) -> Iterator[tuple[str, str]]:
    return vet_key_section(_unpriced, a_document(models=("deepseek-flash",), **sections), name)


@pytest.mark.parametrize("section", [[{"kind": "luck"}], {"rules": [{"kind": "luck"}]}, "many", 5])
def test_limits_that_would_not_be_kept_are_named(section: Any) -> None:
    """
    Never trusted, never passed over.
    """
    assert [] != list(_vetted("limits", limits=section))


@pytest.mark.parametrize(("money", "places"), [("USD", []), ("EUR", [".rules[0]"])])
def test_a_budget_without_a_price_is_named(money: str, places: list[str]) -> None:
    """
    Every request under it would be refused; the model is said, and no server.
    """
    budget = {"name": "b", "kind": "spend", "amount": "5", "money": money, "period": "day"}

    found = dict(_vetted("limits", limits={"rules": [budget]}))

    assert places == list(found)
    assert all(
        "counts EUR, in which the model 'deepseek-flash' has no price" in why for why in found.values()
    )


@pytest.mark.parametrize(
    ("section", "places"),
    [
        ({"enabled": False, "ttl_seconds": 60, "scope": "key"}, []),
        ({"ttl_seconds": 0}, [".ttl_seconds"]),
        ({"scope": "planet"}, [".scope"]),
        ({"share": False}, [".share"]),
        ("off", [""]),
    ],
)
def test_what_is_taken_back_of_the_cache_is_read_by_its_places(section: Any, places: list[str]) -> None:
    """
    A word that is not known is a mistake and no wish.
    """
    assert places == [place for place, _ in _vetted("cache", cache=section)]
