"""
Presidio behind a pipe: run by the interpreter that has it, which need not be ours.

First says which versions it has; then, for each line with a JSON text, a line
with what was found: start, end, kind and score.
"""

import json
import logging
import sys
from importlib.metadata import version

# What no value of the corpora is called, and what would hide every date and company.
_LEFT_OUT = frozenset({"DATE_TIME", "URL", "ORGANIZATION", "NRP", "UUID", "AGE"})
_USUAL_THRESHOLD = 0.4


def main(model: str) -> None:
    """Answer until there is nothing more to read; without a model, patterns alone find something."""
    logging.disable(logging.WARNING)
    import spacy  # noqa: PLC0415 - only where Presidio is
    from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415 - installed by who wants to compare
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415 - the same

    engine = SpacyNlpEngine()
    engine.nlp = {"en": spacy.load(model) if model else spacy.blank("en")}
    analyzer = AnalyzerEngine(nlp_engine=engine)
    kinds = sorted(set(analyzer.get_supported_entities("en")) - _LEFT_OUT)
    print(json.dumps([f"{name} {version(name)}" for name in _packages(model)]), flush=True)
    for line in sys.stdin:
        found = analyzer.analyze(
            json.loads(line), language="en", entities=kinds, score_threshold=_USUAL_THRESHOLD
        )
        print(json.dumps([[one.start, one.end, one.entity_type] for one in found]), flush=True)


def _packages(model: str) -> list[str]:
    return ["presidio-analyzer", "spacy", *([model] if model else [])]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
