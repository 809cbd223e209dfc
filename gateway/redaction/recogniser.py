"""What a recogniser is: where it looks, what it looks for, and how it makes sure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from gateway.redaction.seen_number import SeenNumber
from gateway.redaction.shapes import Shape


class Found(msgspec.Struct, frozen=True, gc=False):
    """A value in the text that was searched: its place, its bare writing, and how sure we are (0 to 1)."""

    start: int
    end: int
    canonical: str
    score: float


Judge = Callable[[re.Match[str]], Found | None]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """
    One kind of private value.

    The `pattern` is tried only around the `anchors`: from `reach[0]` characters
    before one to `reach[1]` behind it. What it matches goes before the `judge`,
    who has the whole text (`match.string`) to look around in. Patterns are
    bounded: no text makes one walk the same stretch over and over.

    Shapes that are shorter than `least` are not worth the look, and neither is
    a stretch of text (its start and end) of which `part` says that it holds no
    match: that is for anchors which are everyday words. `may_be` is for those
    whose only anchor is `NUMBER`: it says of a number with no other digit within
    reach whether it may be one of theirs. It may say yes too often, never no.

    `is_proof` marks what a check digit or an unmistakable form vouches for; the
    last look at outgoing bytes asks these alone.
    """

    name: str
    entity: str
    anchors: tuple[str | Shape, ...]
    pattern: re.Pattern[str] = field(repr=False)
    judge: Judge = field(repr=False)
    reach: tuple[int, int] = (0, 64)
    least: int = 0
    part: Callable[[str, int, int], bool] | None = field(default=None, repr=False)
    may_be: Callable[[SeenNumber], bool] | None = field(default=None, repr=False)
    is_proof: bool = False
