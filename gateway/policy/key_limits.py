"""Limits that a key brings of its own, read like those of a plan."""

from collections.abc import Iterator
from typing import Any

from gateway.limits.rules import KeyLimits, key_objections
from gateway.policy.shapes import read_shape


def vet_key_limits(section: Any) -> Iterator[tuple[str, str]]:
    """Yield place and reason of everything in the section that would not be kept."""
    rules, mistakes = read_shape(section, KeyLimits)
    for place, reason in mistakes:
        yield place if not place or place.startswith("[") else f".{place}", reason
    if rules is not None:
        yield from key_objections(rules)
