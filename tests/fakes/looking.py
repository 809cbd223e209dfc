"""Short ways to look for private values with one recogniser, or with all."""

from functools import cache

from gateway.redaction.bench import Bench
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.recognisers import RECOGNISERS
from gateway.redaction.scan import Scan
from gateway.redaction.scanner import Scanner, Wanted
from gateway.redaction.spans import Span

ENGINES: tuple[EngineName, ...] = ("python", "hyperscan")


@cache
def a_bench(name: str, engine: EngineName = "python") -> Bench:
    """Return the bench of one recogniser."""
    return Bench([RECOGNISERS[name]], engine)


@cache
def a_scanner(engine: EngineName = "python") -> Scanner:
    """Return a scanner for everything."""
    return Scanner(Wanted(engine=engine))


def residue_of(scanner: Scanner, text: str) -> tuple[Span, ...]:
    """Return what the last look finds in a text."""
    return _finished(scanner.residue(text))


def spans_by(name: str, text: str, engine: EngineName = "python") -> tuple[Span, ...]:
    """Return what one recogniser finds in a text."""
    return _finished(Scan(a_bench(name, engine), text))


def found_by(name: str, text: str, engine: EngineName = "python") -> list[tuple[str, str]]:
    """Return the found pieces of the text, each with its canonical writing."""
    return [(text[span.start : span.end], span.canonical) for span in spans_by(name, text, engine)]


def _finished(scan: Scan) -> tuple[Span, ...]:
    while scan.advance():
        pass
    return scan.spans
