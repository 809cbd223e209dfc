"""A cache that is not there is not promised."""

from gateway.cache.rules import CacheRules
from gateway.policy.shapes import read_shape


def test_no_key_of_a_cache_is_known() -> None:
    """
    A document that switches a cache on is refused with the key.
    """
    rules, mistakes = read_shape({"exact": True}, CacheRules)

    assert rules is None
    assert ["exact"] == [key for key, _ in mistakes]


def test_an_empty_section_is_fine() -> None:
    """
    Saying nothing about the cache is allowed.
    """
    rules, mistakes = read_shape({}, CacheRules)

    assert (CacheRules(), []) == (rules, mistakes)
