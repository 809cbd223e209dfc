"""What was found in a text, and which findings stand when they overlap."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import attrgetter

import msgspec


class Span(msgspec.Struct, frozen=True, gc=False):
    """
    A stretch of the original text that is private.

    `start` and `end` count characters of the text as it came; `canonical` is
    the value with its writing taken off, so that a number in full-width
    digits and the same number in groups of four are one value. `form` says
    how it was written: `plain`, `spaced`, `full_width`, `invisible`,
    `numerals`, `escaped` or `base64`.
    """

    start: int
    end: int
    entity: str
    canonical: str
    score: float
    form: str = "plain"


_start = attrgetter("start")


def apart(spans: Iterable[Span]) -> Iterator[tuple[list[Span], int]]:
    """Yield spans that overlap, directly or by others between them, with where the last of them ends."""
    rivals: list[Span] = []
    reach = 0
    for span in sorted(spans, key=_start):
        if rivals and span.start >= reach:
            yield rivals, reach
            rivals, reach = [], 0
        rivals.append(span)
        reach = max(reach, span.end)
    if rivals:
        yield rivals, reach


def resolve(spans: Iterable[Span]) -> tuple[Span, ...]:
    """
    Return the spans that stand, sorted and apart from each other.

    The surer one wins, then the longer, then the earlier; of two that say the
    same, the one in plain writing.
    """
    ranked = sorted(set(spans), key=_rank)
    if len(ranked) < 2:
        return tuple(ranked)
    kept: list[Span] = []
    starts: list[int] = []
    for span in ranked:
        place = bisect_left(starts, span.start)
        is_taken = place > 0 and kept[place - 1].end > span.start
        if not is_taken and (place == len(kept) or starts[place] >= span.end):
            kept.insert(place, span)
            starts.insert(place, span.start)
    return tuple(kept)


def _rank(span: Span) -> tuple[float, int, int, str, str, bool, str]:
    length = span.end - span.start
    writing = (span.form != "plain", span.form)
    return (-span.score, -length, span.start, span.entity, span.canonical, *writing)
