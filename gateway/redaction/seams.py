"""
Values that were cut: the end of one text and the beginning of the next.

Only where both sides look as if a value could go on is a seam looked at: from
part to part of one message letters and digits of ASCII and what stands within
numbers and addresses, or their full-width twins; from message to message
digits alone, because there most words end.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from gateway.wire.texts import Form, HumanText

_REACH = 48
_PAIR = 2
_AT_ONCE = 16
_SAID = frozenset({"content", "text", "refusal"})
_GOES_ON = re.compile("[0-9A-Za-z@._+\\-\uff10-\uff19\uff21-\uff5a]")
_DIGIT = re.compile("[0-9\uff10-\uff19]")
# The same, to be looked up.
_GOING_ON = frozenset(sign for sign in map(chr, range(0x10000)) if _GOES_ON.match(sign))
_DIGITS = frozenset(filter(_DIGIT.match, _GOING_ON))
# The path of a content that has no parts: messages, its number, content.
_WHOLE = 3


class Seam(NamedTuple):
    """The end of a text, short ones behind it, and the beginning of another, as if they were one."""

    text: str
    places: tuple[int, ...]
    """The numbers of these texts."""
    begins: tuple[int, ...]
    """Where in the seam each of them begins."""
    offset: int
    """Where in the first text the seam begins."""

    def pieces(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """Return which texts a stretch of the seam lies in, and from where to where in each."""
        numbers = range(bisect_right(self.begins, start) - 1, bisect_left(self.begins, end))
        return [self._piece(number, start, end) for number in numbers]

    def _piece(self, number: int, start: int, end: int) -> tuple[int, int, int]:
        begin, offset = self.begins[number], 0 if number else self.offset
        upcoming = number + 1
        limit = min(end, self.begins[upcoming]) if upcoming < len(self.begins) else end
        return self.places[number], max(start, begin) - begin + offset, limit - begin + offset


def may_have_seams(texts: Sequence[HumanText]) -> bool:
    """Return whether some text ends as one that goes on: quickly told, and mostly none does."""
    return any(text.text[-1:] in (_DIGITS if len(text.path) == _WHOLE else _GOING_ON) for text in texts)


def seams_of(texts: Sequence[HumanText]) -> Iterator[Seam | None]:
    """
    Yield where a value may go on from one content to the next: over parts, and over messages.

    Where short parts follow each other, first over all of them. Yields None
    now and then, where some were looked at in vain, so that whoever iterates
    can stop after so much work.
    """
    pairs: list[tuple[int, int]] = []
    last = -1
    for place, text in enumerate(texts):
        # An empty text ends nothing: a value goes on behind it.
        if text.text and _is_said(text):
            if last >= 0 and _may_go_on(texts[last], text):
                pairs.append((last, place))
            last = place
        if not (place + 1) % _AT_ONCE:
            yield None
    for chain in _chains(texts, pairs):
        yield _seam(texts, chain) if chain is not None else None
    for pair in pairs:
        yield _seam(texts, pair)


def _chains(texts: Sequence[HumanText], pairs: Sequence[tuple[int, int]]) -> Iterator[Sequence[int] | None]:
    """Yield three and more parts of one message, of which all between the ends are short, or None."""
    chain: list[int] = []
    for first, second in pairs:
        is_one_message = texts[first].path[:2] == texts[second].path[:2]
        if chain and chain[-1] == first and is_one_message and len(texts[first].text) < _REACH:
            chain.append(second)
            yield None
            continue
        if len(chain) > _PAIR:
            yield chain
        yield None
        chain = [first, second] if is_one_message else []
    if len(chain) > _PAIR:
        yield chain


def _seam(texts: Sequence[HumanText], places: Sequence[int]) -> Seam:
    first = texts[places[0]].text
    pieces = [first[-_REACH:], *[texts[place].text[:_REACH] for place in places[1:]]]
    begins = accumulate(map(len, pieces[:-1]), initial=0)
    return Seam("".join(pieces), tuple(places), tuple(begins), len(first) - len(pieces[0]))


def _is_said(text: HumanText) -> bool:
    """Whether this is a content or a part of one, and not what stands beside the text of a part."""
    return (
        text.form is Form.PLAIN
        and text.path[0] == "messages"
        and "content" in text.path
        and text.path[-1] in _SAID
    )


def _may_go_on(first: HumanText, second: HumanText) -> bool:
    last = first.text[-1]
    # Most texts end with a sentence, and nothing more has to be asked.
    if not _GOES_ON.match(last):
        return False
    goes_on = _GOES_ON if first.path[:2] == second.path[:2] else _DIGIT
    return bool(goes_on.match(last) and goes_on.match(second.text[0]))
