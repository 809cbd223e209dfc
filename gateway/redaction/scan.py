"""One text being looked through, slice by slice."""

from collections.abc import Iterator

from gateway.redaction.bench import Bench
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


class Scan:
    """
    Look through one text; long ones in several steps, so that others get their turn.

        scan = scanner.begin(text)
        while scan.advance():
            await asyncio.sleep(0)
        use(scan.spans)
    """

    __slots__ = ("_bench", "_found", "_text", "_upcoming")

    def __init__(self, bench: Bench, text: str) -> None:
        self._bench = bench
        self._text = text
        self._upcoming = 0
        self._found: list[Span] = []

    def advance(self) -> bool:
        """Look through the next slice; return whether there is more to do."""
        text, start = self._text, self._upcoming
        if len(text) <= SLICE + _BEHIND and not start:
            self._found = list(_spans(self._bench, text))
            return False
        end = self._upcoming = start + SLICE
        left = max(0, start - _BEFORE)
        self._found += [
            _moved(span, left)
            for span in _spans(self._bench, text[left : end + _BEHIND])
            if start <= span.start + left < end
        ]
        return end < len(text)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was found: sorted, and apart from each other."""
        return resolve(self._found)


def _spans(bench: Bench, text: str) -> Iterator[Span]:
    surface = normalise(text)
    for entity, found in bench.findings(surface.text):
        start, end = surface.origin(found.start, found.end)
        yield Span(start, end, entity, found.canonical, found.score, _form(surface, found))


def _form(surface: Surface, found: Found) -> str:
    if surface.form == "plain" and found.end - found.start > len(found.canonical):
        return "spaced"
    return surface.form


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.entity, span.canonical, span.score, span.form)
