"""
Stretches of a JSON text: which value they lie in, and other words in their place.

Everything but the changed stretches stays byte for byte, so keys that stand
twice, spaces and the order of keys are kept.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*+"|-?\d[\d.eE+-]*+')
# A character beyond the first plane is two escapes, and still one character.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)", re.DOTALL)


class Stretch(NamedTuple):
    """A piece of a JSON text: all of a number, or some characters between the quotes of a string."""

    start: int
    end: int
    is_number: bool


def is_json(text: str) -> bool:
    """Return whether this is one JSON value."""
    try:
        orjson.loads(text)
    except (orjson.JSONDecodeError, ValueError):
        return False
    return True


def stretches(text: str, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Stretch] | None]:
    """
    Yield where sorted, separate ranges lie in the values of a JSON text, each with its number.

    A range is widened to whole escapes, and a number is taken whole; a range
    over several values is several stretches, and what lies between values is
    left out. Yields None after each value, so that whoever iterates can stop
    after so much work.
    """
    number = 0
    taken = 0
    for found in _SCALAR.finditer(text):
        is_string = text[found.start()] == '"'
        begin, end = (found.start() + 1, found.end() - 1) if is_string else found.span()
        while number < len(ranges) and ranges[number][1] <= begin:
            number += 1
        if number == len(ranges):
            return
        inside, escapes = number, _Escapes(text, begin, end)
        while inside < len(ranges) and ranges[inside][0] < end:
            start, stop = max(ranges[inside][0], begin), min(ranges[inside][1], end)
            if is_string:
                start, stop = escapes.around(start)[0], escapes.around(stop)[1]
            else:
                start, stop = begin, end
            if max(start, taken) < stop:
                yield inside, Stretch(max(start, taken), stop, not is_string)
                taken = stop
            inside += 1
        yield None


def value_of(text: str, stretch: Stretch) -> str:
    """Return what a stretch says once it is read."""
    raw = text[stretch.start : stretch.end]
    if stretch.is_number or "\\" not in raw:
        return raw
    try:
        value: str = orjson.loads(f'"{raw}"')
    except orjson.JSONDecodeError:
        return raw
    return value


def written(replacement: str, stretch: Stretch) -> str:
    """Return other words as they are written in the place of a stretch; a number becomes a string."""
    inside = orjson.dumps(replacement)[1:-1].decode()
    return f'"{inside}"' if stretch.is_number else inside


class _Escapes:
    """The escapes of one string, walked over once for all places in it, which have to ascend."""

    __slots__ = ("_end", "_escapes", "_start")

    def __init__(self, text: str, begin: int, end: int) -> None:
        self._escapes = _ESCAPE.finditer(text, begin, end)
        self._start = self._end = begin

    def around(self, place: int) -> tuple[int, int]:
        """Return where the escape begins and ends that a place lies within, else the place itself."""
        while self._end <= place:
            escape = next(self._escapes, None)
            if escape is None:
                return place, place
            self._start, self._end = escape.span()
        return (self._start, self._end) if self._start < place else (place, place)
