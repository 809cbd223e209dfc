"""What was measured, as a page that also says what is not caught."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.redaction.corpus import all_templates, templates
from benchmarks.redaction.score import Board, Tally, total
from gateway.redaction.checks import words

_CHECKSUMMED = frozenset(
    words("""
    CN_RESIDENT_ID, PAYMENT_CARD, CN_USCC, IBAN, UK_NHS, HK_ID, TW_ID, DE_TAX_ID, DE_SOCIAL_SECURITY
""")
)
_FREE = frozenset({"PERSON", "ADDRESS"})
_HEAD = """\
# How well private data is found

Made by `make eval-redaction`; change the rules and make it again, do not edit it.

{0} templates with private values and {1} without, in Chinese, English, German and mixed, for
customer service, finance and healthcare, written by hand. Half of them, by their hash, may be
looked at while rules are written; every figure is of the other half: {2} texts in plain writing,
{3} in disguise, {4} harmless ones (digest `{5}`). Templates and rules are by the same hand, so
expect less on texts of another.

A value counts as found when 70 % of its letters and digits are covered, under whatever name; the
leak rate is the share of private letters and digits that stay in sight. Precision counts findings
in harmless texts, too.
"""
_LIMITS = Path(__file__).with_name("limits.md")


@dataclass(frozen=True, slots=True)
class Result:
    """The boards of the three corpora."""

    plain: Board
    disguised: Board
    harmless: Board
    sizes: tuple[int, int, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and its bound."""

    what: str
    figure: float
    bound: float
    is_upper: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its bound."""
        return self.figure <= self.bound if self.is_upper else self.figure >= self.bound

    @property
    def side(self) -> str:
        """On which side of the bound the figure should be."""
        return "at most" if self.is_upper else "at least"

    @property
    def verdict(self) -> str:
        """What came of it."""
        return "met" if self.is_met else "**missed**"


def goals(result: Result) -> list[Goal]:
    """Return what the product promises to reach."""
    checked, other = _classes(_with_false_alarms(result))
    disguised_checked, disguised_other = _classes(result.disguised.by_entity)
    structured = total([checked, other])
    harmless = total(result.harmless.by_form.values())
    names = total([result.plain.chinese_names, result.harmless.chinese_names])
    return [
        Goal("numbers with a check digit: recall", checked.recall, 0.995),
        Goal("numbers with a check digit: precision", checked.precision, 0.98),
        Goal("other structured values: recall", other.recall, 0.99),
        Goal("other structured values: precision", other.precision, 0.96),
        Goal("structured values: leak rate", structured.leak_rate, 0.005, is_upper=True),
        Goal("disguised numbers with a check digit: recall", disguised_checked.recall, 0.97),
        Goal("other disguised values: recall", disguised_other.recall, 0.95),
        Goal("harmless texts: over-redaction", harmless.over_redaction, 0.01, is_upper=True),
        Goal("Chinese names by rule: recall", names.recall, 0.80),
        Goal("Chinese names by rule: precision", names.precision, 0.92),
    ]


def report(result: Result, rival: Result | None) -> str:
    """Return the page."""
    plain, disguised, harmless = result.sizes
    count = len(all_templates()), len(list(templates("negatives")))
    parts = [
        _HEAD.format(*count, plain, disguised, harmless, result.digest),
        "## Goals\n",
        _goal_table(result),
        "## By entity, plain writing\n",
        _table("entity", _with_false_alarms(result)),
        "## By form, structured values\n",
        _table("form", result.disguised.by_form),
        "## By language, plain writing\n",
        _table("language", result.plain.by_language),
        "## Harmless texts\n",
        _table("language", result.harmless.by_language, harmless=True),
    ]
    if rival is not None:
        parts += ["## Presidio on the same texts\n", _rivalry(result, rival)]
    return "\n".join(parts) + "\n" + _LIMITS.read_text(encoding="utf-8")


def _with_false_alarms(result: Result) -> dict[str, Tally]:
    """Return the tallies of the plain texts, with what was found in harmless texts counted as wrong."""
    entities = result.plain.by_entity.keys() | result.harmless.by_entity.keys()
    boards = (result.plain.by_entity, result.harmless.by_entity)
    return {entity: total(board[entity] for board in boards if entity in board) for entity in entities}


def _classes(tallies: dict[str, Tally]) -> tuple[Tally, Tally]:
    checked = total(tally for entity, tally in tallies.items() if entity in _CHECKSUMMED)
    other = total(tally for entity, tally in tallies.items() if entity not in _CHECKSUMMED | _FREE)
    return checked, other


def _goal_table(result: Result) -> str:
    lines = ["| goal | figure | bound | |", "|---|---|---|---|"]
    lines += [
        f"| {goal.what} | {goal.figure:.2%} | {goal.side} {goal.bound:.1%} | {goal.verdict} |"
        for goal in goals(result)
    ]
    return "\n".join(lines) + "\n"


def _table(head: str, tallies: dict[str, Tally], *, harmless: bool = False) -> str:
    if harmless:
        lines = [f"| {head} | hidden for nothing | false findings |", "|---|---|---|"]
        lines += [
            f"| {name} | {tally.over_redaction:.2%} | {tally.claims} |"
            for name, tally in sorted(tallies.items())
        ]
        return "\n".join(lines) + "\n"
    lines = [f"| {head} | values | leak rate | recall | precision | F2 |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {one.values} | {one.leak_rate:.2%} | {one.recall:.2%} "
        f"| {one.precision:.2%} | {one.f2:.3f} |"
        for name, one in _sorted(tallies)
    ]
    return "\n".join(lines) + "\n"


def _sorted(tallies: dict[str, Tally]) -> Iterable[tuple[str, Tally]]:
    return sorted((name, tally) for name, tally in tallies.items() if tally.values)


def _rivalry(result: Result, rival: Result) -> str:
    lines = ["| texts | leak rate | Presidio's | hidden for nothing | Presidio's |", "|---|---|---|---|---|"]
    for name in ("plain", "disguised", "harmless"):
        ours, theirs = (total(getattr(one, name).by_form.values()) for one in (result, rival))
        lines.append(
            f"| {name} | {ours.leak_rate:.2%} | {theirs.leak_rate:.2%} "
            f"| {ours.over_redaction:.2%} | {theirs.over_redaction:.2%} |"
        )
    return "\n".join(lines) + "\n"
