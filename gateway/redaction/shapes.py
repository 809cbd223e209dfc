"""
The shapes that make a closer look worthwhile.

Running forty patterns over every text is what makes scanning dear. Instead a
text is searched once for a few shapes and words; a recogniser looks only where
one of its own was seen. Each shape is told twice: `extent` for Python's `re`,
and `locator` for Hyperscan, which has no look-around and reads UTF-8.

A locator may report more places than there are, never fewer: both engines then
let `extent` decide, so that they cannot differ.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# Where in a text each anchor was seen: start and end, by the anchor's number.
Sightings = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Shape:
    """
    Something worth a closer look.

    `extent` matches all of it. Where `has_left_bound` is set, the locator begins
    one byte before the extent, except at the very start of a text. `is_possible`
    may spare Python the search; it never says no where the extent matches.
    """

    name: str
    extent: re.Pattern[str] = field(repr=False)
    locator: bytes = field(repr=False)
    has_left_bound: bool = False
    is_possible: Callable[[str], bool] | None = field(default=None, repr=False)


def is_not_ascii(text: str) -> bool:
    """Return whether a shape with Chinese in it is possible."""
    return not text.isascii()


@dataclass(frozen=True, slots=True)
class Anchors:
    """
    Everything that is searched for in one go.

    An anchor's number is its place: first the words (lower case, found in any
    case of ASCII letters), then the shapes.
    """

    words: tuple[str, ...]
    shapes: tuple[Shape, ...]

    def number_of(self, anchor: "str | Shape") -> int:
        """Return the number under which sightings of this anchor are reported."""
        if isinstance(anchor, str):
            return self.words.index(anchor)
        return len(self.words) + self.shapes.index(anchor)


def gather(anchors: Sequence["str | Shape"]) -> Anchors:
    """Return these anchors without repetition, in an order that does not depend on theirs."""
    words = sorted({anchor for anchor in anchors if isinstance(anchor, str)})
    shapes = sorted({anchor for anchor in anchors if isinstance(anchor, Shape)}, key=lambda shape: shape.name)
    return Anchors(tuple(words), tuple(shapes))


# Six digits or more, alone or parted by up to three of the signs that people
# put between digits. Possessive, so that a long run is walked once.
NUMBER = Shape(
    "number",
    re.compile(r"[0-9](?<![0-9][0-9])(?:[ \t\r\n._/-]{0,3}[0-9]){5,}+"),
    rb"(?:^|[^0-9])[0-9](?:[ \t\r\n._/-]{0,3}[0-9]){5}",
    has_left_bound=True,
)
