"""The section `cache` of a plan says what it means, or is refused with its key."""

import pytest

from gateway.cache.rules import CacheRules, ThoughtRules
from gateway.policy.shapes import read_shape


def test_a_cache_is_off_until_it_is_switched_on() -> None:
    """
    Saying nothing about the cache keeps nothing.
    """
    rules, mistakes = read_shape({}, CacheRules)

    assert [] == mistakes
    assert rules is not None
    assert not rules.enabled


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"exact": True}, "exact"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"scope": "world"}, "scope"),
        ({"ttl_seconds": 0}, "ttl_seconds"),
        ({"max_temperature": 2.5}, "max_temperature"),
        ({"max_answer_bytes": 12}, "max_answer_bytes"),
        ({"finish_reasons": ["error"]}, "finish_reasons[0]"),
        ({"models": ["deep seek"]}, "models[0]"),
        ({"replay_deltas_per_second": -1}, "replay_deltas_per_second"),
    ],
)
def test_a_section_that_cannot_be_kept_is_refused_with_its_key(section: dict[str, object], key: str) -> None:
    """
    A mistake names its place.
    """
    rules, mistakes = read_shape(section, CacheRules)

    assert rules is None
    assert [key] == [place for place, _ in mistakes]


def test_thoughts_are_not_remembered_until_it_is_said() -> None:
    """
    Then for half an hour.
    """
    rules, mistakes = read_shape({}, ThoughtRules)

    assert [] == mistakes
    assert ThoughtRules(enabled=False, ttl_seconds=1800) == rules


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"ttl_seconds": 86_401}, "ttl_seconds"),
        ({"ttl_seconds": 0}, "ttl_seconds"),
        ({"scope": "key"}, "scope"),
    ],
)
def test_thoughts_that_cannot_be_kept_so_are_refused_with_their_key(
    section: dict[str, object], key: str
) -> None:
    """
    A day is the longest.
    """
    rules, mistakes = read_shape(section, ThoughtRules)

    assert rules is None
    assert [key] == [place for place, _ in mistakes]
