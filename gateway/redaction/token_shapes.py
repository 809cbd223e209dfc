"""
What a token that stands for a value looks like, so that one can be found in an answer.

A shape is a fixed head, some characters of an alphabet, and a fixed tail:
`PERSON_` and eight of `2-9A-HJ-NP-Z`. Shapes are compiled once for a profile; which
tokens really stand for something, only the vault of a request knows.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import starmap

from gateway.redaction.word_shape import WordShape


@dataclass(frozen=True, slots=True)
class TokenShape:
    """The look of one kind of token; `alphabet` is the inside of a character class of `re`."""

    head: str
    alphabet: str
    length: int
    tail: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """What a token begins with."""
        return (self.head,)

    @property
    def pattern(self) -> str:
        """The whole token as a regular expression."""
        return f"{re.escape(self.head)}[{self.alphabet}]{{{self.length}}}{re.escape(self.tail)}"

    @property
    def beginning(self) -> str:
        """Any proper beginning of such a token as a regular expression."""
        inner = f"[{self.alphabet}]{{0,{self.length - 1}}}"
        if self.tail:
            inner = f"(?:[{self.alphabet}]{{{self.length}}}{_optional(self.tail[:-1])}|{inner})"
        return _optional(self.head, inner).removesuffix("?")

    def hides(self, other: "TokenShape") -> bool:
        """Whether a token of this shape could be the beginning of one of the other."""
        return other is not self and re.match(self.pattern, other.head) is not None


AnyShape = TokenShape | WordShape


class TokenShapes:
    """
    Every shape of a profile, compiled.

    `whole` finds a token, `beginning` the beginning of one at the end of a
    text. `hint` sees three letters of a head, or fewer at the end of a text:
    where it sees nothing there is neither, and it is quick.
    """

    __slots__ = ("beginning", "hint", "whole")

    def __init__(self, shapes: Iterable[AnyShape]) -> None:
        # The longest head first: at one place, the longest token is the one.
        known = sorted(set(shapes), key=lambda shape: (-min(map(len, shape.heads)), shape.heads))
        beginnings = "|".join(shape.beginning for shape in known)
        nothing = "(?!)"
        self.whole = re.compile("|".join(shape.pattern for shape in known) or nothing)
        self.beginning = re.compile(rf"(?:{beginnings})\Z" if known else nothing)
        self.hint = re.compile(_three_letters([head for shape in known for head in shape.heads]) or nothing)


def _three_letters(heads: Iterable[str]) -> str:
    """Return a pattern of the first three letters of any head, fewer where the text is at its end."""
    letters: dict[str, dict[str, set[str]]] = {}
    for head in heads:
        first, second, third = head[0], head[1:2], head[2:3]
        letters.setdefault(first, {}).setdefault(second, set()).add(third)
    return "|".join(
        _or_the_end(first, starmap(_followed_by_one, inner.items())) for first, inner in letters.items()
    )


def _followed_by_one(letter: str, others: Iterable[str]) -> str:
    return _or_the_end(letter, map(re.escape, sorted(others)))


def _or_the_end(letter: str, patterns: Iterable[str]) -> str:
    return rf"{re.escape(letter)}(?:\Z|{'|'.join(patterns)})"


def _optional(text: str, inner: str = "") -> str:
    """Return a pattern of any beginning of a text; the whole text may be followed by `inner`."""
    pattern = inner
    for character in reversed(text):
        pattern = f"(?:{re.escape(character)}{pattern})?"
    return pattern
