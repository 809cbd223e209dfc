"""What a key brings of its own for a room, read like what documents say about it."""

from collections.abc import Callable, Iterator
from typing import Any

from gateway.cache.rules import NarrowerCacheRules
from gateway.limits.rules import KeyLimits, key_objections
from gateway.policy.shapes import read_shape


def vet_key_section(name: str, section: Any) -> Iterator[tuple[str, str]]:
    """Yield place and reason of everything in the section of this name that would not be kept."""
    yield from _VETTERS[name](section)


def _vet_limits(section: Any) -> Iterator[tuple[str, str]]:
    rules, mistakes = read_shape(section, KeyLimits)
    yield from _placed(mistakes)
    if rules is not None:
        yield from key_objections(rules)


def _vet_cache(section: Any) -> Iterator[tuple[str, str]]:
    # What would widen a plan takes nothing back (`narrowed`), so policies may change without any key.
    _, mistakes = read_shape(section, NarrowerCacheRules)
    yield from _placed(mistakes)


def _placed(mistakes: Any) -> Iterator[tuple[str, str]]:
    for place, reason in mistakes:
        yield place if not place or place.startswith("[") else f".{place}", reason


_VETTERS: dict[str, Callable[[Any], Iterator[tuple[str, str]]]] = {
    "limits": _vet_limits,
    "cache": _vet_cache,
}
