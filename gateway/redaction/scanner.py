"""Look for private data in a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.redaction.bench import Bench
from gateway.redaction.detectors import Detector
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.normaliser import normalise
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.scan import Scan
from gateway.redaction.spans import Span
from gateway.redaction.tenant_patterns import recogniser_for


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What a policy looks for.

    `entities` None means every one the gateway knows. `dictionaries` are a
    tenant's own words and `patterns` their own patterns, by the entity they are
    called; both are looked for beside the others.
    """

    entities: frozenset[str] | None = None
    dictionaries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    patterns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    engine: EngineName = "auto"


_EVERYTHING = Wanted()
# A check digit that fits is worth this much; a word beside a number is not.
_PROVED = 0.9


class Scanner:
    """
    Find the private values of a text.

    Built once for each policy and shared by all its exchanges: it keeps nothing
    of a text. What a text holds never makes it raise; a plug-in detector that
    fails does, with `DetectorFailed`. Making one raises `UnsafePattern` for a
    pattern that could run for ever.
    """

    def __init__(self, wanted: Wanted = _EVERYTHING, detectors: Sequence[Detector] = ()) -> None:
        entities = wanted.entities
        chosen = [one for one in RECOGNISERS.values() if entities is None or one.entity in entities]
        proofs = [one for one in chosen if one.is_proof]
        chosen += [
            recogniser_for(name, pattern)
            for name, patterns in wanted.patterns.items()
            for pattern in patterns
        ]
        terms = _terms(wanted.dictionaries)
        is_shipped = not (terms or wanted.patterns)
        self._all = Bench(chosen, wanted.engine, terms, is_shipped=is_shipped)
        self._proofs = Bench(proofs, wanted.engine, least_score=_PROVED, is_shipped=True)
        self._detectors = tuple(detectors)

    def scan(self, text: str) -> tuple[Span, ...]:
        """Return what is private in a text: sorted, apart from each other, the same every time."""
        return _finished(self.begin(text))

    def begin(self, text: str) -> Scan:
        """Begin to look through a text; `Scan` says how to let others have their turn meanwhile."""
        return Scan(self._all, text, self._detectors)

    def residue(self, text: str) -> Scan:
        """Begin to look for what check digits and unmistakable forms alone still find."""
        return Scan(self._proofs, text)


def _terms(dictionaries: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return each word as it stands on a folded surface, with its entity; the empty are left out."""
    terms: dict[str, str] = {}
    for entity, listed in dictionaries.items():
        for word in listed:
            plain = normalise(word.strip()).text
            for writing in {
                _ascii_lowered(form) for form in (plain, plain.lower(), plain.upper(), plain.title())
            }:
                if writing:
                    terms.setdefault(writing, entity)
    return terms


def _ascii_lowered(word: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in word)


def _finished(scan: Scan) -> tuple[Span, ...]:
    while scan.advance():
        pass
    return scan.spans
