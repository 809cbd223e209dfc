"""`make eval-redaction`: measure how well private values are found; write docs/redaction-evaluation.md."""

import argparse
import sys
from pathlib import Path

from benchmarks.redaction import corpus
from benchmarks.redaction.finders import gateway, presidio
from benchmarks.redaction.report import Result, goals, report
from benchmarks.redaction.score import Finder, evaluate

_REPORT = Path(__file__).resolve().parents[2] / "docs" / "redaction-evaluation.md"
_ROUNDS = 12


def main() -> int:
    """Measure and report; 1 when a goal is missed."""
    arguments = _arguments()
    if arguments.show:
        return _show(arguments.show)
    finder = gateway(arguments.engine)
    result = measure(finder, tuning=False, rounds=arguments.rounds)
    rival = presidio()
    text = report(result, measure(rival, tuning=False, rounds=1) if rival else None)
    _REPORT.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(goal.is_met for goal in goals(result)) else 1


def measure(finder: Finder, *, tuning: bool, rounds: int) -> Result:
    """Return what a finder makes of the three corpora."""
    plain = list(corpus.positives(tuning=tuning, rounds=rounds))
    disguised = list(corpus.disguised(tuning=tuning, rounds=max(1, rounds // 6)))
    harmless = list(corpus.negatives(tuning=tuning, rounds=rounds * 4))
    return Result(
        plain=evaluate(plain, finder),
        disguised=evaluate(disguised, finder),
        harmless=evaluate(harmless, finder),
        sizes=(len(plain), len(disguised), len(harmless)),
        digest=corpus.digest([*plain, *disguised, *harmless]),
    )


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
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
