"""The fast engine: all anchors in one pass of Hyperscan, the `fast` extra."""

import platform
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
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
        at = range(len(data) + 1) if len(data) == len(text) else self._characters_at(hits, data)
        sightings: Sightings = {}
        for number, places in hits.items():
            shape = self._shapes.get(number)
            if shape is None:
                length = self._lengths[number]
                sightings[number] = [(at[end] - length, at[end]) for _, end in sorted(set(places))]
            elif extents := _extents(text, shape, [at[start] for start in _starts(shape, places)]):
                sightings[number] = extents
        return sightings

    def _scratch(self) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        return scratch

    def _characters_at(self, hits: _Hits, data: bytes) -> Mapping[int, int]:
        """Return how many characters stand before each end of a word and start of a shape, in one walk."""
        ends = {end for number in hits.keys() - self._shapes.keys() for _, end in hits[number]}
        starts = [_starts(self._shapes[number], hits[number]) for number in hits.keys() & self._shapes.keys()]
        counted: dict[int, int] = {}
        characters = place = 0
        for upcoming in sorted(ends.union(*starts)):
            characters += len(data[place:upcoming].decode())
            place = upcoming
            counted[place] = characters
        return counted


def _starts(shape: Shape, places: Iterable[tuple[int, int]]) -> list[int]:
    """Return where a shape may begin, in bytes; sorted, each once."""
    if not shape.has_left_bound:
        return sorted({start for start, _ in places})
    starts = {start + 1 for start, _ in places}
    # At the very start of a text there is nothing before it.
    return sorted(starts | {0}) if 1 in starts else sorted(starts)


def _extents(text: str, shape: Shape, starts: Iterable[int]) -> list[tuple[int, int]]:
    """Let the extent decide, exactly as a search from left to right would."""
    extents: list[tuple[int, int]] = []
    last = 0
    for start in starts:
        if start >= last and (match := shape.extent.match(text, start)):
            extents.append(match.span())
            last = match.end()
    return extents


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
