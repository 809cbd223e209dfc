"""What a key brings for a room is read like what documents say about it."""

from typing import Any

import pytest

from gateway.policy.key_sections import vet_key_section


@pytest.mark.parametrize("section", [[{"kind": "luck"}], {"rules": [{"kind": "luck"}]}, "many", 5])
def test_limits_that_would_not_be_kept_are_named(section: Any) -> None:
    """
    Never trusted, never passed over.
    """
    assert [] != list(vet_key_section("limits", section))


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
    assert places == [place for place, _ in vet_key_section("cache", section)]
