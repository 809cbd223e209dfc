"""
Values that were found once, wherever else they stand.

A name is often recognised by the words around it, and stands elsewhere
without them: in the answer that comes back with the next turn, for one. So
what was found anywhere in a request is looked for in all of its texts.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from gateway.redaction.finding import Finding
from gateway.redaction.secret_kinds import is_secret

_MOST_VALUES = 256
# A short secret (`admin`) is a word that stands everywhere, and so is a short first name.
_SHORTEST_CHINESE, _SHORTEST_OTHER, _SHORTEST_SECRET = 2, 5, 8
_MOST_SEEN = 50_000
_WORD = re.compile(r"[0-9A-Za-z_]")


class TooCrowded(Exception):
    """A text repeats known values so often that looking for them would take for ever."""


def worth_looking_for(values: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the values that are long enough to mean something, as many as can be looked for."""
    long_enough = {
        value: finding for value, finding in values.items() if len(value) >= _shortest(value, finding)
    }
    # The longest first, so that a full name is found before a part of it.
    chosen = sorted(long_enough, key=len, reverse=True)[:_MOST_VALUES]
    return {value: long_enough[value] for value in chosen}


def with_echoes(text: str, found: Sequence[Finding], values: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """Return the findings of a text and, between them, where it repeats a known value."""
    known, starts, seen = list(found), [one.start for one in found], 0
    for value, finding in values.items():
        place = text.find(value)
        while place >= 0:
            end = place + len(value)
            seen += 1
            if seen > _MOST_SEEN:
                raise TooCrowded
            index = bisect_right(starts, place)
            taken = (index and known[index - 1].end > place) or (index < len(starts) and starts[index] < end)
            if not taken and _stands_alone(text, place, end):
                known.insert(index, Finding(place, end, finding.entity, finding.mark, "echo"))
                starts.insert(index, place)
            place = text.find(value, end)
    return tuple(known)


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
