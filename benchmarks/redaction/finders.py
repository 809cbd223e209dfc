"""Who is measured: the gateway with either engine and, where it is installed, Presidio."""

from benchmarks.redaction.score import Finder, Finding
from gateway.redaction.engines.choice import EngineName
from gateway.redaction.scanner import Scanner, Wanted


def gateway(engine: EngineName = "auto") -> Finder:
    """Return the gateway's scanner for everything it knows."""
    scanner = Scanner(Wanted(engine=engine))

    def find(text: str) -> list[Finding]:
        return [(span.start, span.end, span.entity) for span in scanner.scan(text)]

    return find


def presidio() -> Finder | None:
    """Return Presidio's pattern recognisers for English with its usual threshold, or None."""
    try:
        from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415 - installed by who wants to compare
    except ImportError:
        return None
    analyzer = AnalyzerEngine()

    def find(text: str) -> list[Finding]:
        found = analyzer.analyze(text=text, language="en", score_threshold=0.4)
        return [(result.start, result.end, result.entity_type) for result in found]

    return find
