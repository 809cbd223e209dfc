"""One text being looked through, slice by slice."""

import re
from collections.abc import Iterator, Sequence

from gateway.redaction.bench import Bench
from gateway.redaction.detectors import Detector, ask
from gateway.redaction.encoded_text import read, runs_in
from gateway.redaction.normaliser import normalise
from gateway.redaction.recogniser import Found
from gateway.redaction.spans import Span, resolve
from gateway.redaction.surface import Surface

# A slice of this many characters takes a few milliseconds at worst.
SLICE = 16_384
# What a slice sees of its neighbours: words that explain a value before it, and
# the rest of a value that begins in it. Where that is not enough (a private key,
# a long run of base64), it looks further, up to a bound.
_BEFORE = 512
_BEHIND = 1_024
_FURTHER = 4
_FURTHEST = 262_144
_RUN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-="
_RUN_ON = re.compile("[A-Za-z0-9+/_=-]*")
_LONG_RUN = 64
_LABEL = 24
# Encoded text inside encoded text is looked into this often.
_DEPTH = 2


class Scan:
    """
    Look through one text; long ones in several steps, so that others get their turn.

        scan = scanner.begin(text)
        while scan.advance():
            await asyncio.sleep(0)
        use(scan.spans)

    `advance` is synchronous and may as well run in a thread. Plug-in detectors
    are asked last, each in a step of its own; `advance` raises `DetectorFailed`.
    """

    __slots__ = ("_bench", "_detectors", "_found", "_text", "_upcoming")

    def __init__(self, bench: Bench, text: str, detectors: Sequence[Detector] = ()) -> None:
        self._bench = bench
        self._detectors = list(detectors)
        self._text = text
        self._upcoming = 0
        self._found: list[Span] = []

    def advance(self) -> bool:
        """Look through the next slice; return whether there is more to do."""
        if self._upcoming <= len(self._text):
            self._look_through()
        else:
            self._found += ask(self._detectors.pop(0), self._text)
        return self._upcoming <= len(self._text) or bool(self._detectors)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was found: sorted, and apart from each other."""
        return resolve(self._found)

    def _look_through(self) -> None:
        text, start = self._text, self._upcoming
        if not start and len(text) <= SLICE + _BEHIND:
            self._upcoming = len(text) + 1
            self._found += _spans(self._bench, text, range(len(text)))
            return
        end = start + SLICE
        self._upcoming = end if end < len(text) else len(text) + 1
        self._found += self._begun_between(start, end)

    def _begun_between(self, start: int, end: int) -> list[Span]:
        """Return the spans that begin in a slice, with as much of what follows as they need."""
        text, left = self._text, max(0, start - _BEFORE)
        right = _end_of_run(text, start, end) + _BEHIND
        while True:
            core = range(start - left, end - left)
            spans = [
                _moved(span, left)
                for span in _spans(self._bench, text[left:right], core)
                if span.start in core
            ]
            is_cut = any(span.end >= right for span in spans)
            if not is_cut or right >= len(text) or right - end >= _FURTHEST:
                return spans
            right += _FURTHER * (right - end)


def _end_of_run(text: str, start: int, end: int) -> int:
    """Return where a run that goes on beyond the end of a slice ends, if it is one that may be base64."""
    head = text[start:end]
    begins = len(head.rstrip(_RUN))
    # What began before the slice was read with the slice before.
    if not begins and start:
        return end
    run = head[begins:]
    if len(run) < _LONG_RUN or not (any(map(str.isupper, run)) and any(map(str.islower, run))):
        return end
    goes_on = _RUN_ON.match(text, end, end + _FURTHEST)
    return goes_on.end() if goes_on else end


def _spans(bench: Bench, text: str, core: range, depth: int = _DEPTH) -> Iterator[Span]:
    """Yield what is found; encoded runs are read only where they begin in the core."""
    surface = normalise(text)
    sightings = bench.locate(surface.text)
    if not sightings:
        return
    for entity, found in bench.findings(surface.text, sightings):
        start, end = surface.origin(found.start, found.end)
        yield Span(start, end, entity, found.canonical, found.score, _form(surface, found))
    for run in bench.encoded(sightings) if depth else ():
        if surface.origin(*run)[0] not in core:
            continue
        for start, end in runs_in(surface.text, *run):
            inner = _inside(bench, surface.text, (start, end), depth)
            if inner:
                # Encoded text is opaque: it leaves whole or not at all, as the surest of what it says.
                surest = min(inner, key=lambda span: (-span.score, span.entity))
                begin, finish = surface.origin(start, end)
                yield Span(begin, finish, surest.entity, surface.text[start:end], surest.score, "base64")
                break


def _inside(bench: Bench, text: str, run: tuple[int, int], depth: int) -> list[Span]:
    """Return what an encoded run says, read behind the words that stand before it."""
    start, end = run
    plain = read(text[start:end])
    if plain is None:
        return []
    said = text[max(0, start - _LABEL) : start] + plain
    core = range(len(said) - len(plain), len(said))
    return [span for span in _spans(bench, said, core, depth - 1) if span.start in core]


def _form(surface: Surface, found: Found) -> str:
    if surface.form == "plain" and found.end - found.start > len(found.canonical):
        return "spaced"
    return surface.form


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.entity, span.canonical, span.score, span.form)
