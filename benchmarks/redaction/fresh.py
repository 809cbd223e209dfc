"""Sentences that no rule and no template was written for, with what is private in them marked by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.redaction.corpus import Sample, Truth

_FOLDER = Path(__file__).parent
_MARKED = re.compile("⟦([A-Z_]+)\\|([^⟧]+)⟧")


def fresh(lot: str = "fresh") -> Iterator[Sample]:
    """Yield every sentence of a lot under its language; under `negatives` nothing is private."""
    language = ""
    for line in (_FOLDER / f"{lot}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            language = line.removeprefix("# ")
        elif line:
            yield _sample(line, language)


def _sample(line: str, language: str) -> Sample:
    text, place = "", 0
    truths: list[Truth] = []
    for marked in _MARKED.finditer(line):
        text += line[place : marked.start()]
        truths.append(Truth(len(text), len(text) + len(marked[2]), marked[1]))
        text, place = text + marked[2], marked.end()
    return Sample(text + line[place:], tuple(truths), language)
