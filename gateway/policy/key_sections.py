"""What a key brings of its own for a room, read like what documents say about it."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from gateway.cache.rules import NarrowerCacheRules
from gateway.identity.key_document import KeyDocument
from gateway.limits.limit_rule import LimitRule
from gateway.limits.rules import KeyLimits, key_objections
from gateway.policy.shapes import read_shape

Unpriced: TypeAlias = Callable[[KeyDocument, LimitRule], str | None]
"""Names a model that a key may ask and that has no price in the currency of a limit, if there is one."""


def vet_key_section(unpriced: Unpriced, key: KeyDocument, name: str) -> Iterator[tuple[str, str]]:
    """Yield place and reason of everything in the section of this name that would not be kept."""
    if name == "limits":
        yield from _vet_limits(unpriced, key)
    else:
        # What would widen a plan takes nothing back (`narrowed`), so policies may change without any key.
        _, mistakes = read_shape(key.cache, NarrowerCacheRules)
        yield from _placed(mistakes)


def _vet_limits(unpriced: Unpriced, key: KeyDocument) -> Iterator[tuple[str, str]]:
    rules, mistakes = read_shape(key.limits, KeyLimits)
    yield from _placed(mistakes)
    if rules is None:
        return
    yield from key_objections(rules)
    for place, rule in enumerate(rules.rules):
        if (model := unpriced(key, rule)) is not None:
            reason = (
                f"counts {rule.currency}, in which the model '{model}' has no price (prices.yaml), so that "
                "its requests would be refused; count what has one, or narrow the models"
            )
            yield f".rules[{place}]", reason


def _placed(mistakes: Any) -> Iterator[tuple[str, str]]:
    for place, reason in mistakes:
        yield place if not place or place.startswith("[") else f".{place}", reason
