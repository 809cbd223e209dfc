"""Texts with private values whose places are known, made from templates; the same every time."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.redaction.forms import CONTAINERS, EMAILS_ONLY, NUMBERS_ONLY, VALUES, Rewrite
from benchmarks.redaction.values import Values

_FOLDER = Path(__file__).with_name("templates")
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SEED = 20_261_127
# Free text has no one form that could be taken apart and put together again.
_UNSTRUCTURED = frozenset({"PERSON", "ADDRESS", "DATE_OF_BIRTH", "SECRET_PRIVATE_KEY"})

# A piece of a text, and the entity of the value it is, if it is private.
Piece = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """A line of a template file."""

    language: str
    topic: str
    text: str

    @property
    def is_for_tuning(self) -> bool:
        """Whether it may be looked at while rules are written; the others only count."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a private value is; an entity that begins with `?` is private too, and not counted here."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and everything private in it."""

    text: str
    truths: tuple[Truth, ...]
    language: str
    form: str = "plain"


def templates(name: str) -> Iterator[Template]:
    """Yield the templates of a file, each under the topic it stands under."""
    topic = ""
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            topic = line.lstrip("# ")
        elif line:
            yield Template(topic if name == "negatives" else name, topic, line.replace("\\n", "\n"))


def all_templates() -> list[Template]:
    """Return every template that has private values."""
    return [template for name in ("zh", "en", "de", "mixed") for template in templates(name)]


def positives(*, tuning: bool, rounds: int) -> Iterator[Sample]:
    """Yield texts with private values in their plain writing."""
    values = Values(Random(_SEED + tuning))
    for _ in range(rounds):
        for template in all_templates():
            if template.is_for_tuning == tuning:
                yield _sample(_pieces(template.text, values), template.language, "plain")


def disguised(*, tuning: bool, rounds: int) -> Iterator[Sample]:
    """Yield texts whose structured values, or all of whose characters, are written in another form."""
    values = Values(Random(_SEED + 2 + tuning))
    chosen = [template for template in all_templates() if template.is_for_tuning == tuning]
    for _ in range(rounds):
        for template in chosen:
            for form, pieces in _in_every_form(_pieces(template.text, values)):
                yield _sample(pieces, template.language, form)


def negatives(*, tuning: bool, rounds: int) -> Iterator[Sample]:
    """Yield texts in which nothing is private, though much looks like it."""
    values = Values(Random(_SEED + 4 + tuning))
    for _ in range(rounds):
        for template in templates("negatives"):
            if template.is_for_tuning == tuning:
                yield _sample(_pieces(template.text, values), template.language, "plain")


def digest(samples: Sequence[Sample]) -> str:
    """Return what tells one corpus from another."""
    return hashlib.sha256(
        "\0".join(sample.text for sample in samples).encode("utf-8", "replace")
    ).hexdigest()[:16]


def _pieces(text: str, values: Values) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for slot in _SLOT.finditer(text):
        pieces += [(text[done : slot.start()], None), values.fill(slot[1])]
        done = slot.end()
    return [*pieces, (text[done:], None)]


def _sample(pieces: Sequence[Piece], language: str, form: str) -> Sample:
    text = ""
    truths = []
    for piece, entity in pieces:
        if entity is not None:
            truths.append(Truth(len(text), len(text) + len(piece), entity))
        text += piece
    return Sample(text, tuple(truths), language, form)


def _in_every_form(pieces: list[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    for form, rewrite in NUMBERS_ONLY.items():
        yield from _rewritten(form, rewrite, pieces, lambda value, _: value.isdigit() and len(value) > 8)
    for form, rewrite in VALUES.items():
        yield from _rewritten(form, rewrite, pieces, lambda value, _: len(value) > 8)
    for form, rewrite in EMAILS_ONLY.items():
        yield from _rewritten(form, rewrite, pieces, lambda _, entity: entity == "EMAIL")
    for form, rewrite in CONTAINERS.items():
        if any(entity not in _UNSTRUCTURED for _, entity in pieces if entity):
            yield (
                form,
                [
                    (rewrite(piece), f"?{entity}" if entity in _UNSTRUCTURED else entity)
                    for piece, entity in pieces
                ],
            )


def _rewritten(
    form: str, rewrite: Rewrite, pieces: list[Piece], fits: Callable[[str, str], bool]
) -> Iterator[tuple[str, list[Piece]]]:
    """Yield the pieces with every fitting value rewritten, the others as they are and not counted."""
    fitting = [
        entity is not None and entity not in _UNSTRUCTURED and fits(piece, entity) for piece, entity in pieces
    ]
    if any(fitting):
        yield (
            form,
            [
                (rewrite(piece), entity) if fit else (piece, None if entity is None else f"?{entity}")
                for (piece, entity), fit in zip(pieces, fitting, strict=True)
            ],
        )
