"""
Values that were found once, wherever else they stand.

A name is often recognised by the words around it, and stands elsewhere
without them: in the answer that comes back with the next turn, for one. So
what was found anywhere in a request is looked for in all of its texts.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from gateway.redaction.finding import Finding
from gateway.redaction.pace import reading
from gateway.redaction.secret_kinds import is_secret

_MOST_VALUES = 256
# So many are gathered before the longest of them are chosen.
_MOST_WAITING = 4_096
# A short secret (`admin`) is a word that stands everywhere, and so is a short first name.
_SHORTEST_CHINESE, _SHORTEST_OTHER, _SHORTEST_SECRET = 2, 5, 8
_MOST_SEEN = 50_000
_CHARACTERS_AT_ONCE = 262_144
_CHEAPER = 128
_WORD = re.compile(r"[0-9A-Za-z_]")


class TooCrowded(Exception):
    """A text repeats known values so often that looking for them would take for ever."""


class KnownValues:
    """Values that are long enough to mean something, as many as can be looked for."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, Finding] = {}

    def add(self, value: str, finding: Finding) -> None:
        """Take in a value; the first finding of it stands for all."""
        if len(value) >= _shortest(value, finding):
            self._values.setdefault(value, finding)
            if len(self._values) > _MOST_WAITING:
                self._values = self.chosen()

    def chosen(self) -> dict[str, Finding]:
        """Return the longest of them, the longest first, so that a full name is found before a part of it."""
        values = self._values
        return {value: values[value] for value in sorted(values, key=len, reverse=True)[:_MOST_VALUES]}


class Echoes:
    """The findings of a text and, between them, where it repeats known values."""

    __slots__ = ("_known", "_seen", "_starts", "_text")

    def __init__(self, text: str, found: Sequence[Finding]) -> None:
        self._text = text
        self._known = list(found)
        self._starts = [one.start for one in found]
        self._seen = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, sorted."""
        return tuple(self._known)

    def look_for(self, value: str, finding: Finding) -> Iterator[int]:
        """Look for one value; yield how much was done, and raise `TooCrowded` where there is no end of it."""
        text, length = self._text, len(value)
        for begin in range(0, len(text), _CHARACTERS_AT_ONCE):
            limit = begin + _CHARACTERS_AT_ONCE + length - 1
            place = text.find(value, begin, limit)
            while place >= 0:
                self._seen += 1
                if self._seen > _MOST_SEEN:
                    raise TooCrowded
                self._add(place, place + length, finding)
                yield 1
                place = text.find(value, place + length, limit)
            # Looking for a known value takes a hundredth of looking for any.
            yield 1 + reading(min(_CHARACTERS_AT_ONCE, len(text))) // _CHEAPER

    def _add(self, place: int, end: int, finding: Finding) -> None:
        known, starts = self._known, self._starts
        index = bisect_right(starts, place)
        is_taken = (index and known[index - 1].end > place) or (index < len(starts) and starts[index] < end)
        if not is_taken and _stands_alone(self._text, place, end):
            known.insert(index, Finding(place, end, finding.entity, finding.mark, "echo", finding.is_chinese))
            starts.insert(index, place)


def _shortest(value: str, finding: Finding) -> int:
    if not value.isascii():
        return _SHORTEST_CHINESE
    return _SHORTEST_SECRET if is_secret(finding.entity) else _SHORTEST_OTHER


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a value in Latin letters or digits is not part of a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (_WORD.match(text[start]) and before and _WORD.match(before))
        or (_WORD.match(text[end - 1]) and after and _WORD.match(after))
    )
