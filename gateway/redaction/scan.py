"""One text being looked through, slice by slice."""

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
# the rest of a value (a private key, say) that begins in it.
_BEFORE = 512
_BEHIND = 8_192
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
            self._found += _spans(self._bench, text, _DEPTH)
            return
        end = start + SLICE
        self._upcoming = end if end < len(text) else len(text) + 1
        left = max(0, start - _BEFORE)
        self._found += [
            _moved(span, left)
            for span in _spans(self._bench, text[left : end + _BEHIND], _DEPTH)
            if start <= span.start + left < end
        ]


def _spans(bench: Bench, text: str, depth: int) -> Iterator[Span]:
    surface = normalise(text)
    sightings = bench.locate(surface.text)
    if not sightings:
        return
    for entity, found in bench.findings(surface.text, sightings):
        start, end = surface.origin(found.start, found.end)
        yield Span(start, end, entity, found.canonical, found.score, _form(surface, found))
    for run in bench.encoded(sightings) if depth else ():
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
    label = text[max(0, start - _LABEL) : start]
    return [span for span in _spans(bench, label + plain, depth - 1) if span.start >= len(label)]


def _form(surface: Surface, found: Found) -> str:
    if surface.form == "plain" and found.end - found.start > len(found.canonical):
        return "spaced"
    return surface.form


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.entity, span.canonical, span.score, span.form)
