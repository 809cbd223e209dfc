"""Who is measured: the gateway, with either engine."""

from benchmarks.redaction.score import Finder, Finding
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.scanner import Scanner, Wanted


def gateway(engine: EngineName = "auto") -> Finder:
    """Return the gateway's scanner for everything it knows."""
    scanner = Scanner(Wanted(engine=engine))

    def find(text: str) -> list[Finding]:
        return [(span.start, span.end, span.entity) for span in scanner.scan(text)]

    return find
