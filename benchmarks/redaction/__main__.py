"""`make eval-redaction`: measure how well private values are found; write docs/redaction-evaluation.md."""

import argparse
import sys
from pathlib import Path

from benchmarks.redaction import corpus
from benchmarks.redaction.finders import gateway
from benchmarks.redaction.fresh import fresh
from benchmarks.redaction.presidio import Presidio, has_presidio
from benchmarks.redaction.report import report, rival_section, rival_section_of
from benchmarks.redaction.result import Result, goals
from benchmarks.redaction.rivals import Rival
from benchmarks.redaction.round_trip import RoundTrips
from benchmarks.redaction.score import Finder, Traveller, evaluate

_REPORT = Path(__file__).resolve().parents[2] / "docs" / "redaction-evaluation.md"
_ROUNDS = 12


def main() -> int:
    """Measure and report; 1 when a goal is missed."""
    arguments = _arguments()
    if arguments.show:
        return _show(arguments.show)
    travels = RoundTrips(arguments.engine).is_restored
    result = measure(gateway(arguments.engine), tuning=False, rounds=arguments.rounds, travels=travels)
    rival = _rival(arguments.presidio, arguments.presidio_model)
    # Mostly nobody has it installed, and what it found in these texts it would find again.
    kept = rival_section_of(_REPORT.read_text(encoding="utf-8"), result)
    text = report(result, kept if rival is None else rival_section(result, rival))
    _REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(goal.is_met for goal in goals(result)) else 1


def measure(finder: Finder, *, tuning: bool, rounds: int, travels: Traveller | None = None) -> Result:
    """Return what a finder makes of the corpora."""
    plain = list(corpus.positives(tuning=tuning, rounds=rounds))
    disguised = list(corpus.disguised(tuning=tuning, rounds=max(1, rounds // 6)))
    harmless = list(corpus.negatives(tuning=tuning, rounds=rounds * 4))
    unseen, later = list(fresh()), list(fresh("later"))
    return Result(
        plain=evaluate(plain, finder, travels),
        disguised=evaluate(disguised, finder, travels),
        harmless=evaluate(harmless, finder, travels),
        fresh=evaluate(unseen, finder, travels),
        later=evaluate(later, finder, travels),
        sizes=(len(plain), len(disguised), len(harmless), len(unseen), len(later)),
        digest=corpus.digest([*plain, *disguised, *harmless, *unseen, *later]),
    )


def _rival(python: str, model: str) -> Rival | None:
    """Return what Presidio makes of the same texts, where somebody has installed it."""
    if not has_presidio(python):
        return None
    with Presidio(python, model) as presidio:
        return Rival(measure(presidio.find, tuning=False, rounds=1), tuple(presidio.versions))


def _show(what: str) -> int:
    """Print what is missed or wrongly found among the templates for tuning; never among the others."""
    result = measure(gateway(), tuning=True, rounds=4)
    for board in (result.plain, result.disguised, result.harmless):
        for line in board.misses if what == "misses" else board.false_alarms:
            print(line)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.redaction", description=__doc__)
    parser.add_argument("--engine", choices=("auto", "hyperscan", "python"), default="auto")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how often each template is filled")
    parser.add_argument(
        "--show", choices=("misses", "alarms"), help="of the templates for tuning, one by one"
    )
    parser.add_argument("--presidio", default=sys.executable, help="an interpreter that may have Presidio")
    parser.add_argument(
        "--presidio-model", default="", help="a spaCy model for it; without one, its patterns alone"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
