"""What a key brings of its own for a room, read like what documents say about it."""

from collections.abc import Iterable, Iterator
from typing import Any

from gateway.cache.rules import NarrowerCacheRules
from gateway.identity.key_document import KeyDocument
from gateway.limits.rules import KeyLimits, key_objections
from gateway.policy.documents import Documents
from gateway.policy.model_names import in_limits, mistake_in
from gateway.policy.pricing import unpriced_model
from gateway.policy.shapes import read_shape


def vet_key_section(documents: Documents, key: KeyDocument, name: str) -> Iterator[tuple[str, str]]:
    """Yield place and reason of everything in the section of this name that would not be kept."""
    if name == "limits":
        yield from _vet_limits(documents, key)
    elif name == "models":
        yield from _misnamed(documents, ((f"[{place}]", model) for place, model in enumerate(key.models)))
    else:
        # What would widen a plan takes nothing back (`narrowed`), so policies may change without any key.
        _, mistakes = read_shape(key.cache, NarrowerCacheRules)
        yield from _placed(mistakes)


def _vet_limits(documents: Documents, key: KeyDocument) -> Iterator[tuple[str, str]]:
    rules, mistakes = read_shape(key.limits, KeyLimits)
    yield from _placed(mistakes)
    if rules is None:
        return
    yield from key_objections(rules)
    yield from _misnamed(documents, in_limits("", rules))
    for place, rule in enumerate(rules.rules):
        if (model := unpriced_model(documents, key, rule)) is not None:
            reason = (
                f"counts {rule.currency}, in which the model '{model}' has no price (prices.yaml), so that "
                "its requests would be refused; count what has one, or narrow the models"
            )
            yield f".rules[{place}]", reason


def _misnamed(documents: Documents, named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if documents.models is None:
        return
    for place, name in named:
        if (reason := mistake_in(documents.models.models, name)) is not None:
            yield place, reason


def _placed(mistakes: Any) -> Iterator[tuple[str, str]]:
    for place, reason in mistakes:
        yield place if not place or place.startswith("[") else f".{place}", reason
