"""The fast engine: all anchors in one pass of Hyperscan, the `fast` extra."""

import platform
import threading
from collections.abc import Callable
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

_Hit = tuple[int, int, int]


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
        self._byte_lengths = [len(word.encode()) for word in anchors.words]
        self._patient = PurePython(anchors)
        self._of_thread = threading.local()
        self._database = _kept(anchors) if is_shipped else _compiled(anchors)

    def locate(self, text: str) -> Sightings:
        """Return where each anchor was seen."""
        # A lone surrogate becomes one `?`, so that characters still count alike.
        data = text.encode("utf-8", "replace")
        hits: list[_Hit] = []
        try:
            self._database.scan(data, _noting(hits), scratch=self._scratch())
        except hyperscan.ScanTerminated:
            return self._patient.locate(text)
        if not hits:
            return {}
        starts = self._starts(hits)
        if len(data) != len(text):
            starts = _in_characters(starts, data)
        return self._sightings(starts, text)

    def _scratch(self) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._of_thread, "scratch", None)
        if scratch is None:
            scratch = self._of_thread.scratch = hyperscan.Scratch(self._database)
        return scratch

    def _starts(self, hits: list[_Hit]) -> list[tuple[int, int]]:
        """Return where each hit may begin, in bytes, with its anchor; sorted, each once."""
        words = len(self._byte_lengths)
        found = set()
        for number, start, end in hits:
            if number < words:
                found.add((end - self._byte_lengths[number], number))
                continue
            bounded = self._shapes[number].has_left_bound
            if bounded:
                found.add((start + 1, number))
            if not bounded or not start:
                found.add((start, number))
        return sorted(found)

    def _sightings(self, starts: list[tuple[int, int]], text: str) -> Sightings:
        """Let each shape's extent decide, exactly as a search from left to right would."""
        words = len(self._lengths)
        sightings: Sightings = {}
        for start, number in starts:
            if number < words:
                sightings.setdefault(number, []).append((start, start + self._lengths[number]))
                continue
            seen = sightings.get(number)
            if seen and start < seen[-1][1]:
                continue
            if match := self._shapes[number].extent.match(text, start):
                sightings.setdefault(number, []).append(match.span())
        return sightings


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


def _noting(hits: list[_Hit]) -> Callable[..., bool]:
    """Return what Hyperscan calls for each hit; it is told to stop when there are too many."""
    note = hits.append

    def on_hit(number: int, start: int, end: int, _flags: int, _context: object) -> bool:
        note((number, start, end))
        return len(hits) > MOST_HITS

    return on_hit


def _literally(word: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in word.encode())


def _in_characters(starts: list[tuple[int, int]], data: bytes) -> list[tuple[int, int]]:
    """Return the same starts counted in characters: one walk over the text in all."""
    counted = []
    characters = place = 0
    for start, number in starts:
        if start > place:
            characters += len(data[place:start].decode())
            place = start
        counted.append((characters, number))
    return counted
