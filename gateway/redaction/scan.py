"""One text being looked through, slice by slice."""

from collections.abc import Iterator, Sequence

from gateway.redaction.bench import Bench
from gateway.redaction.detectors import Detector, ask
from gateway.redaction.encoded_text import ENCODED, read, runs_in
from gateway.redaction.normaliser import normalise
from gateway.redaction.pace import STEP, reading
from gateway.redaction.recogniser import Found
from gateway.redaction.spans import Span, apart, resolve
from gateway.redaction.surface import Surface

# The engine looks through so many characters at once.
SLICE = 12_288
# What a slice sees of its neighbours: words that explain a value before it, and
# the rest of a value that begins in it. Where that is not enough (a private key,
# a long run of base64), it looks further, up to a bound.
_BEFORE = 512
_BEHIND = 1_024
_FURTHER = 4
_FURTHEST = 262_144
_RUN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-="
_LONG_RUN = 64
_LABEL = 24
# What is found in a text of so many characters competes in one go.
_SHORT = 4_096
# Encoded text inside encoded text is looked into this often.
_DEPTH = 2


class Scan:
    """
    Look through one text in several steps, so that others get their turn.

        scan = scanner.begin(text)
        while scan.advance():
            await asyncio.sleep(0)
        use(scan.spans)

    A step is about as long in a text of nothing but private values as in one
    without any. `advance` is synchronous and may as well run in a thread.
    Plug-in detectors are asked first, each in steps of its own; `advance`
    raises `DetectorFailed`.
    """

    __slots__ = ("_bench", "_depth", "_detectors", "_pending", "_settled", "_text", "_work", "tried")

    def __init__(
        self, bench: Bench, text: str, detectors: Sequence[Detector] = (), depth: int = _DEPTH
    ) -> None:
        self._bench = bench
        self._depth = depth
        self._detectors = detectors
        self._text = text
        self._pending: list[Span] = []
        self._settled: list[Span] = []
        self._work = (
            self._steps()
            if detectors or len(text) > _SHORT
            else _found_in(bench, text, range(len(text)), self._pending, depth)
        )
        self.tried = 0

    def advance(self) -> bool:
        """Take the next step; return whether there is more to do."""
        self.tried = 0
        for work in self._work:
            self.tried += work
            if self.tried >= STEP:
                return True
        if self._pending:
            self._settled += resolve(self._pending)
            self._pending = []
        return False

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was found: sorted, and apart from each other."""
        return tuple(self._settled)

    def _steps(self) -> Iterator[int]:
        """Do all there is to do; yield how much was done."""
        text = self._text
        for detector in self._detectors:
            for span in ask(detector, text):
                if span is not None:
                    self._pending.append(span)
                else:
                    yield STEP
            yield STEP
        if len(text) <= SLICE + _BEHIND:
            yield from _found_in(self._bench, text, range(len(text)), self._pending, self._depth)
        else:
            for start in range(0, len(text), SLICE):
                yield from self._slice(start, start + SLICE)
                yield from self._settle(start + SLICE)
        yield from self._settle(len(text) + 1)

    def _settle(self, end: int) -> Iterator[int]:
        """Let overlapping spans compete, as far as none that begins behind the end can take part."""
        waiting: list[Span] = []
        for rivals, reach in apart(self._pending):
            if reach > end:
                waiting += rivals
            else:
                self._settled += resolve(rivals) if len(rivals) > 1 else rivals
                yield 1
        self._pending = waiting

    def _slice(self, start: int, end: int) -> Iterator[int]:
        """Find the spans that begin in a slice, with as much of what follows as they need."""
        text, left = self._text, max(0, start - _BEFORE)
        right = end + _BEHIND
        run = _long_run(text, start, end) if self._depth else None
        # A run that goes on is read by itself, and in the slice it does not begin.
        core = range(start - left, (end if run is None else run[0]) - left)
        while True:
            spans: list[Span] = []
            yield from _found_in(self._bench, text[left:right], core, spans, self._depth)
            spans = [_moved(span, left) for span in spans if start <= span.start + left < end]
            is_cut = any(span.end >= right for span in spans)
            if not is_cut or right >= len(text) or right - end >= _FURTHEST:
                self._pending += spans
                break
            right += _FURTHER * (right - end)
        if run is not None:
            begin = max(0, run[0] - _LABEL)
            surface, spans = Surface(text[begin : run[1]]), []
            place = (run[0] - begin, run[1] - begin)
            yield from _decoded(self._bench, surface, place, spans, self._depth)
            self._pending += [_moved(span, begin) for span in spans]


def _long_run(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a run that may be base64, if one goes on beyond the end of a slice."""
    head = text[start:end]
    begins = len(head.rstrip(_RUN))
    # What began before the slice was read with the slice before.
    if not begins and start:
        return None
    run = head[begins:]
    if len(run) < _LONG_RUN or not (any(map(str.isupper, run)) and any(map(str.islower, run))):
        return None
    runs = ENCODED.extent.finditer(text, start + begins, end + _FURTHEST)
    return next((found.span() for found in runs if found.end() > end), None)


def _found_in(bench: Bench, text: str, core: range, spans: list[Span], depth: int) -> Iterator[int]:
    """Add what is found; yield how much was done. Encoded runs are read only where they begin in the core."""
    surface = normalise(text)
    yield reading(len(text))
    sightings = bench.locate(surface.text)
    if not sightings:
        return
    yield reading(len(text))
    for looked in bench.findings(surface.text, sightings):
        if isinstance(looked, int):
            yield looked
            continue
        entity, found = looked
        start, end = surface.origin(found.start, found.end)
        form = _form(surface, found, text[start:end])
        spans.append(Span(start, end, entity, found.canonical, found.score, form))
        yield 1
    for run in bench.encoded(sightings) if depth else ():
        if surface.origin(*run)[0] in core:
            yield from _decoded(bench, surface, run, spans, depth)


def _decoded(
    bench: Bench, surface: Surface, run: tuple[int, int], spans: list[Span], depth: int
) -> Iterator[int]:
    """Add an encoded run, or the first of its pieces, that says something; yield how much was done."""
    for start, end in runs_in(surface.text, *run):
        yield 1 + reading(end - start)
        inner: list[Span] = []
        yield from _inside(bench, surface.text, (start, end), inner, depth)
        if inner:
            # Encoded text is opaque: it leaves whole or not at all, as the surest of what it says.
            surest = min(inner, key=lambda span: (-span.score, span.entity))
            begin, finish = surface.origin(start, end)
            canonical = surface.text[start:end]
            spans.append(Span(begin, finish, surest.entity, canonical, surest.score, "base64"))
            return


def _inside(bench: Bench, text: str, run: tuple[int, int], inner: list[Span], depth: int) -> Iterator[int]:
    """Add what an encoded run says, read behind the words that stand before it; yield how much was done."""
    start, end = run
    plain = read(text[start:end])
    if plain is None:
        return
    said = text[max(0, start - _LABEL) : start] + plain
    scan = Scan(bench, said, depth=depth - 1)
    while scan.advance():
        yield scan.tried
    yield scan.tried
    inner += [span for span in scan.spans if span.start >= len(said) - len(plain)]


def _form(surface: Surface, found: Found, written: str) -> str:
    """Return how a value was written, which may be plainer than the text around it."""
    if surface.form != "plain" and written != surface.text[found.start : found.end]:
        return surface.form
    return "spaced" if found.end - found.start > len(found.canonical) else "plain"


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.entity, span.canonical, span.score, span.form)
