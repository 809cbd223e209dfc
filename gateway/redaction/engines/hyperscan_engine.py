"""The fast engine: all anchors in one pass of Hyperscan, the `fast` extra."""

import platform
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version

import hyperscan

from gateway.foundation.heap import give_back
from gateway.redaction.engines.kept_databases import KEPT, key_of
from gateway.redaction.engines.pure_python import PurePython
from gateway.redaction.shapes import Anchors, Shape, Sightings

# So many hits in one text are an attack or a long table of numbers. The other
# engine sees the same without calling back for each of them.
MOST_HITS = 20_000

# Where something was hit, start and end in bytes, by the number of the anchor; a word has no start.
_Hits = dict[int, list[tuple[int, int]]]


class HyperscanEngine:
    """
    See anchors with Hyperscan, which lets go of the interpreter while it scans.

    Scratch space may not be shared by threads that scan at the same time, so
    each thread has its own. What is shipped is compiled once and kept
    (`kept_databases`).
    """

    def __init__(self, anchors: Anchors, *, is_shipped: bool = False) -> None:
        self._shapes: dict[int, Shape] = dict(enumerate(anchors.shapes, len(anchors.words)))
        self._lengths = [len(word) for word in anchors.words]
        self._patient = PurePython(anchors)
        self._of_thread = threading.local()
        self._database = _kept(anchors) if is_shipped else _compiled(anchors)

    def locate(self, text: str) -> Sightings:
        """Return where each anchor was seen."""
        # A lone surrogate becomes one `?`, so that characters still count alike.
        data = text.encode("utf-8", "replace")
        hits: _Hits = defaultdict(list)
        try:
            self._database.scan(data, _noting(hits), scratch=self._scratch())
        except hyperscan.ScanTerminated:
            return self._patient.locate(text)
        if not hits:
            return {}
        words = {number: places for number, places in hits.items() if number < len(self._lengths)}
        starts = self._starts(hits)
        if len(data) != len(text):
            words, starts = _in_characters(words, starts, data)
        sightings: Sightings = {}
        for number, places in words.items():
            length = self._lengths[number]
            sightings[number] = [(end - length, end) for _, end in sorted(set(places))]
        self._see_shapes(starts, text, sightings)
        return sightings

    def _scratch(self) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        return scratch

    def _starts(self, hits: _Hits) -> list[tuple[int, int]]:
        """Return where each shape may begin, in bytes, with its number; sorted, each once."""
        found = set()
        for number in hits.keys() & self._shapes.keys():
            bounded = self._shapes[number].has_left_bound
            for start, _ in hits[number]:
                if bounded:
                    found.add((start + 1, number))
                if not bounded or not start:
                    found.add((start, number))
        return sorted(found)

    def _see_shapes(self, starts: Iterable[tuple[int, int]], text: str, sightings: Sightings) -> None:
        """Let each shape's extent decide, exactly as a search from left to right would."""
        for start, number in starts:
            seen = sightings.get(number)
            if seen and start < seen[-1][1]:
                continue
            if match := self._shapes[number].extent.match(text, start):
                sightings.setdefault(number, []).append(match.span())


def _kept(anchors: Anchors) -> hyperscan.Database:
    """Return the database of anchors that every start has, compiled by this one or an earlier one."""
    about = f"{version('hyperscan')} {platform.machine()} {len(anchors.words)}"
    key = key_of([about.encode(), *_expressions(anchors)])
    data = KEPT.find(key)
    if data is not None:
        # Such as one of another processor.
        with suppress(hyperscan.error):
            return hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
    database = _compiled(anchors)
    KEPT.keep(key, hyperscan.dumpb(database))
    return database


def _compiled(anchors: Anchors) -> hyperscan.Database:
    database = hyperscan.Database()
    expressions = _expressions(anchors)
    database.compile(
        expressions=expressions,
        ids=range(len(expressions)),
        flags=[hyperscan.HS_FLAG_CASELESS] * len(anchors.words)
        + [hyperscan.HS_FLAG_SOM_LEFTMOST] * len(anchors.shapes),
    )
    # To compile took seventy megabytes, and the result is half of one.
    give_back()
    return database


def _expressions(anchors: Anchors) -> list[bytes]:
    return [*map(_literally, anchors.words), *(shape.locator for shape in anchors.shapes)]


def _noting(hits: _Hits) -> Callable[..., bool]:
    """Return what Hyperscan calls for each hit; it is told to stop when there are too many."""
    left = MOST_HITS

    def on_hit(number: int, start: int, end: int, _flags: int, _context: object) -> bool:
        nonlocal left
        hits[number].append((start, end))
        left -= 1
        return left < 0

    return on_hit


def _literally(word: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in word.encode())


def _in_characters(
    words: _Hits, starts: Iterable[tuple[int, int]], data: bytes
) -> tuple[_Hits, list[tuple[int, int]]]:
    """Return where the same words end and shapes begin, counted in characters: one walk over the text."""
    ends = [end for places in words.values() for _, end in places]
    at: dict[int, int] = {}
    characters = place = 0
    for upcoming in sorted({start for start, _ in starts}.union(ends)):
        characters += len(data[place:upcoming].decode())
        place = upcoming
        at[place] = characters
    in_characters = {number: [(0, at[end]) for _, end in places] for number, places in words.items()}
    return in_characters, [(at[start], number) for start, number in starts]
