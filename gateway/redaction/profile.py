"""A profile, compiled: what happens to each kind of private value."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from gateway.redaction.action import Action
from gateway.redaction.actions import ACTIONS
from gateway.redaction.failures import UnsafePattern
from gateway.redaction.finder import Finder
from gateway.redaction.placeholders import Epoch, Scope, shape_of
from gateway.redaction.replacements import Replacements
from gateway.redaction.rules import BoundRules, EntityRules, ProfileDocument
from gateway.redaction.secret_kinds import is_secret
from gateway.redaction.spans import Span
from gateway.redaction.tenant_patterns import recogniser_for
from gateway.redaction.token_shapes import AnyShape, TokenShapes

_CHINESE = re.compile("[\u3400-\u9fff]")
_MOBILE = re.compile("(?:(?:00)?86)?1[3-9][0-9]{9}")
_NO_DIGIT = re.compile("[^0-9]+")
_REDACT = ACTIONS["redact"]
_SHORTEST_WORD = 2
_LONGEST_WORD = 512


@dataclass(frozen=True, slots=True)
class Handling:
    """What happens to one kind of value, in a request and in an answer."""

    action: Action
    answer: str
    least_score: float = 0.0
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Profile:
    """
    Everything that one profile says, ready to be looked up.

    `quick_finder` finds the same without waiting for a model. `identity` is
    the same for the same rules: what was found under it can be kept over a
    reload.
    """

    name: str
    identity: str
    finder: Finder
    quick_finder: Finder
    has_model: bool
    handlings: Mapping[str, Handling]
    default: Handling
    secret_default: Handling
    allowed_values: frozenset[str]
    allowed_domains: tuple[str, ...]
    scope: Scope
    epoch: Epoch
    restore: frozenset[str]
    answers: str
    screens_answers: bool
    unreadable: str
    on_failure: str
    sends_originals_home: bool
    bounds: BoundRules
    shapes: TokenShapes
    surrogates: TokenShapes | None
    replacements: Replacements

    def handling(self, entity: str) -> Handling:
        """Return what happens to this kind of value."""
        return self.handlings.get(entity) or (self.secret_default if is_secret(entity) else self.default)

    def concerns(self, span: Span, written: str, language: str) -> bool:
        """Return whether a finding in a text of this language is one that the rules are about."""
        handling = self.handling(span.entity)
        if span.score < handling.least_score or (handling.languages and language not in handling.languages):
            return False
        return not self._is_allowed(span, written)

    def unworded(self, text: str) -> str | None:
        """Return a text without any word that stands for a value, or None."""
        return text if self.shapes.whole.search(text) is None else None

    def _is_allowed(self, span: Span, written: str) -> bool:
        if written in self.allowed_values or span.canonical in self.allowed_values:
            return True
        return bool(self.allowed_domains) and span.canonical.lower().endswith(self.allowed_domains)


def without(text: str, spans: Iterable[Span]) -> str:
    """Return a text, as long as before, without what stands in these places, which are sorted."""
    pieces: list[str] = []
    place = 0
    for span in spans:
        pieces += [text[place : span.start], "~" * (span.end - span.start)]
        place = span.end
    return "".join(pieces) + text[place:]


def is_chinese_writing(value: str) -> bool:
    """Return whether a value has Chinese characters, or is a mobile number of China."""
    return language_of(value) == "zh" or _MOBILE.fullmatch(_NO_DIGIT.sub("", value)) is not None


def language_of(text: str) -> str:
    """Return `zh` for a text with Chinese characters in it, else `other`."""
    return "other" if text.isascii() or _CHINESE.search(text) is None else "zh"


def compile_profile(
    document: ProfileDocument,
    finder: Finder,
    entities: Collection[str],
    *,
    quick_finder: Finder | None = None,
) -> Profile:
    """Return the profile that a document without objections describes."""
    default = _handling(EntityRules(action=document.default), document)
    handlings = {entity: _handling(rules, document) for entity, rules in document.entities.items()}
    secret = default if default.action.strength >= _REDACT.strength else _with_action(default, _REDACT)
    return Profile(
        name=document.profile,
        identity=_identity(document),
        finder=finder,
        quick_finder=quick_finder or finder,
        has_model=document.model is not None,
        handlings=handlings,
        default=default,
        secret_default=secret,
        allowed_values=frozenset(document.allow.values),
        allowed_domains=tuple(_suffixes(document.allow.domains)),
        scope=Scope(document.placeholders.scope),
        epoch=Epoch(document.placeholders.epoch),
        restore=frozenset(document.placeholders.restore),
        answers=document.answers,
        screens_answers=any(one.answer != "allow" for one in (default, *handlings.values())),
        unreadable=document.unreadable,
        on_failure=document.on_failure,
        sends_originals_home=document.at_home == "original",
        bounds=document.bounds,
        shapes=TokenShapes(_shapes(default, handlings, entities)),
        surrogates=_surrogates(handlings),
        replacements=Replacements(entities),
    )


def objections(
    document: ProfileDocument, entities: Collection[str], hint: Callable[[str, Collection[str]], str]
) -> Iterator[tuple[str, str]]:
    """Yield key and reason of everything in a document that cannot be kept."""
    if document.default == "surrogate":
        yield "default", "is surrogate, which not every kind of value has; name those kinds under entities"
    yield from _own_objections(document, entities)
    for entity, rules in document.entities.items():
        key = f"entities.{entity}"
        action = ACTIONS[rules.action]
        if entity not in entities:
            yield key, f"no such kind of value is looked for; {hint(entity, entities)}"
        elif action.restores and is_secret(entity):
            yield f"{key}.action", f"is {action.name}, but a secret never comes back; use redact or block"
        elif action.restores and not action.shapes(entity):
            yield f"{key}.action", f"is {action.name}, which {entity} does not have; use pseudonymise"


def _own_objections(document: ProfileDocument, entities: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from _word_objections(document)
    for entity, patterns in document.patterns.items():
        for place, pattern in enumerate(patterns):
            try:
                recogniser_for(entity, pattern)
            except UnsafePattern as error:
                yield f"patterns.{entity}[{place}]", str(error)
    for key in ("dictionaries", "patterns"):
        for entity in getattr(document, key):
            if hidden := [other for other in entities if shape_of(entity).hides(shape_of(other))]:
                yield (
                    f"{key}.{entity}",
                    f"its placeholders could begin those of {hidden[0]}; choose another name",
                )


def _word_objections(document: ProfileDocument) -> Iterator[tuple[str, str]]:
    for entity, words in document.dictionaries.items():
        for place, word in enumerate(words):
            key = f"dictionaries.{entity}[{place}]"
            if len(word.strip()) < _SHORTEST_WORD:
                yield key, "is too short to mean anything; write at least two characters"
            if len(word) > _LONGEST_WORD:
                yield key, f"is longer than {_LONGEST_WORD} characters; write words and names, one an entry"


def weaker(new: ProfileDocument, old: ProfileDocument, entities: Collection[str]) -> list[str]:
    """Return what one document hides less of than another: kinds of value, and other keys."""
    less = [entity for entity in entities if _strength(new, entity) < _strength(old, entity)]
    orders = {
        "answers": ("allow", "mask", "block"),
        "unreadable": ("allow", "route_local", "block"),
        "on_failure": ("allow", "route_local", "block"),
        "at_home": ("original", "protect"),
    }
    for key in ("dictionaries", "patterns"):
        theirs, ours = getattr(old, key), getattr(new, key)
        if any(set(words).difference(ours.get(name, ())) for name, words in theirs.items()):
            less.append(key)
    if old.model is not None and new.model != old.model:
        less.append("model")
    for key, order in orders.items():
        if order.index(getattr(new, key)) < order.index(getattr(old, key)):
            less.append(key)
    return less


def _strength(document: ProfileDocument, entity: str) -> int:
    rules = document.entities.get(entity)
    if rules is not None:
        return ACTIONS[rules.action].strength
    default = ACTIONS[document.default].strength
    return max(default, _REDACT.strength) if is_secret(entity) else default


def _handling(rules: EntityRules, document: ProfileDocument) -> Handling:
    return Handling(
        ACTIONS[rules.action],
        rules.answer or document.answers,
        rules.least_score,
        frozenset(rules.languages),
    )


def _with_action(handling: Handling, action: Action) -> Handling:
    return Handling(action, handling.answer, handling.least_score, handling.languages)


def _shapes(
    default: Handling, handlings: Mapping[str, Handling], entities: Collection[str]
) -> Iterator[AnyShape]:
    for entity in entities:
        action = handlings.get(entity, default).action
        if not is_secret(entity):
            yield from action.shapes(entity)


def _surrogates(handlings: Mapping[str, Handling]) -> TokenShapes | None:
    """Return how tokens look that look like values, None where there are none."""
    shapes = [
        shape
        for entity, handling in handlings.items()
        if handling.action.looks_like_a_value
        for shape in handling.action.shapes(entity)
    ]
    return TokenShapes(shapes) if shapes else None


def _suffixes(domains: Iterable[str]) -> Iterator[str]:
    for domain in domains:
        bare = domain.lower().lstrip("@.")
        yield f"@{bare}"
        yield f".{bare}"


def _identity(document: ProfileDocument) -> str:
    return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()[:16]
