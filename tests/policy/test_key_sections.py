"""What a key brings for a room is read like what documents say about it."""

from pathlib import Path
from typing import Any

import pytest

from gateway.policy.compiler import compile_book
from gateway.policy.key_sections import vet_key_section
from gateway.policy.loader import load
from gateway.policy.servers import Surroundings
from tests.identity.test_key_document import a_document
from tests.policy.folder import a_folder
from tests.policy.test_pricing import PRICE

_RULE = {"name": "r", "kind": "requests", "limit": 5}


def _vetted(folder: Path, name: str, **sections: Any) -> list[tuple[str, str]]:
    """Return what the documents, and the book of them, have against a section of a key."""
    documents = load(a_folder(folder, prices=PRICE), {})
    key = a_document(**({"models": ("deepseek-flash",)} | sections))
    found = list(vet_key_section(documents, key, name))
    assert found == list(compile_book(documents, Surroundings()).vet_section(key, name))
    return found


@pytest.mark.parametrize("section", [[{"kind": "luck"}], {"rules": [{"kind": "luck"}]}, "many", 5])
def test_limits_that_would_not_be_kept_are_named(tmp_path: Path, section: Any) -> None:
    """
    Never trusted, never passed over.
    """
    assert [] != _vetted(tmp_path, "limits", limits=section)


@pytest.mark.parametrize(("money", "places"), [("USD", []), ("EUR", [".rules[0]"])])
def test_a_budget_without_a_price_is_named(tmp_path: Path, money: str, places: list[str]) -> None:
    """
    Every request under it would be refused; the model is said, and no server.
    """
    budget = {"name": "b", "kind": "spend", "amount": "5", "money": money, "period": "day"}

    found = dict(_vetted(tmp_path, "limits", limits={"rules": [budget]}))

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
def test_what_is_taken_back_of_the_cache_is_read_by_its_places(
    tmp_path: Path, section: Any, places: list[str]
) -> None:
    """
    A word that is not known is a mistake and no wish.
    """
    assert places == [place for place, _ in _vetted(tmp_path, "cache", cache=section)]


@pytest.mark.parametrize(
    ("name", "sections", "place"),
    [
        ("models", {"models": ("deepseek-*", "deepseek-v4-flash")}, "[1]"),
        ("limits", {"limits": {"rules": [_RULE | {"models": ["deepseek-v4-flash"]}]}}, ".rules[0].models[0]"),
    ],
)
def test_an_alias_at_a_key_is_named(tmp_path: Path, name: str, sections: dict[str, Any], place: str) -> None:
    """
    It would open nothing, and count nothing.
    """
    expected = [(place, "'deepseek-v4-flash' is an alias; write its model 'deepseek-flash'")]

    assert expected == _vetted(tmp_path, name, **sections)
