"""What was measured, as a page that also says what is not caught."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.redaction.corpus import all_templates, templates
from benchmarks.redaction.result import Result, goals, with_false_alarms
from benchmarks.redaction.rivals import Rival, rivalry
from benchmarks.redaction.score import Board, Tally

_HEAD = """\
# How well private data is found

Made by `make eval-redaction`; change the rules and make it again, do not edit it.

{0} templates with private values and {1} without, in Chinese, English, German and mixed, for
customer service, finance and healthcare, written by hand. Half of them, by their hash, may be
looked at while rules are written; every figure is of the other half: {2} texts in plain writing,
{3} in disguise, {4} harmless ones (digest `{7}`). Templates and rules are by the same hand, so
expect less on texts of another; the {5} and {6} sentences under "Fresh sentences" are some.

A value counts as found when 70 % of its letters and digits are covered, under whatever name; the
leak rate is the share of private letters and digits that stay in sight. Precision counts findings
in harmless texts, too. The last column is the share of texts that come back letter for letter where
an answer repeats what was sent of them, whole, sign by sign and in random pieces; secrets, which never
come back, are left where they are for it.
"""
_LIMITS = Path(__file__).with_name("limits.md")
_FRESH = Path(__file__).with_name("fresh.md")


_RIVAL = "## Presidio on the same texts\n"
_END = "\n## What is not caught\n"


def rival_section(result: Result, rival: Rival) -> str:
    """Return what the page says of a rival."""
    return f"{_RIVAL}\n{rivalry(result, rival)}\n"


def rival_section_of(page: str, result: Result) -> str:
    """Return what a page said of a rival, if that was of the same texts: it still holds."""
    if f"`{result.digest}`" not in page or _RIVAL not in page:
        return ""
    return page[page.index(_RIVAL) : page.index(_END)]


def report(result: Result, rival: str) -> str:
    """Return the page, with this section about a rival."""
    count = len(all_templates()), len(list(templates("negatives")))
    parts = [
        _HEAD.format(*count, *result.sizes, result.digest),
        "## Goals\n",
        _goal_table(result),
        "## By entity, plain writing\n",
        _table("entity", with_false_alarms(result)),
        "## By form, structured values\n",
        _table("form", result.disguised.by_form),
        "## By language, plain writing\n",
        _table("language", result.plain.by_language),
        "## Harmless texts\n",
        _table("language", result.harmless.by_language, harmless=True),
    ]
    parts += [
        "## Fresh sentences\n",
        _FRESH.read_text(encoding="utf-8"),
        _fresh_tables(result.fresh),
        _fresh_tables(result.later),
    ]
    return "\n".join(parts) + "\n" + rival + _LIMITS.read_text(encoding="utf-8")


def _fresh_tables(fresh: Board) -> str:
    harmless = {name: tally for name, tally in fresh.by_language.items() if not tally.values}
    return "\n".join(
        [
            _table("language", fresh.by_language),
            _table("entity", fresh.by_entity),
            _table("harmless", harmless, harmless=True),
        ]
    )


def _goal_table(result: Result) -> str:
    lines = ["| goal | figure | bound | |", "|---|---|---|---|"]
    lines += [
        f"| {goal.what} | {goal.figure:.2%} | {goal.side} {goal.bound:.1%} | {goal.verdict} |"
        for goal in goals(result)
    ]
    return "\n".join(lines) + "\n"


def _table(head: str, tallies: dict[str, Tally], *, harmless: bool = False) -> str:
    if harmless:
        lines = [f"| {head} | hidden for nothing | false findings | comes back |", "|---|---|---|---|"]
        lines += [
            f"| {name} | {tally.over_redaction:.2%} | {tally.claims} | {tally.fidelity:.2%} |"
            for name, tally in sorted(tallies.items())
        ]
        return "\n".join(lines) + "\n"
    lines = [f"| {head} | values | leak rate | recall | precision | F2 | comes back |"]
    lines.append("|---|---|---|---|---|---|---|")
    lines += [
        f"| {name} | {one.values} | {one.leak_rate:.2%} | {one.recall:.2%} "
        f"| {one.precision:.2%} | {one.f2:.3f} | {one.fidelity:.2%} |"
        for name, one in _sorted(tallies)
    ]
    return "\n".join(lines) + "\n"


def _sorted(tallies: dict[str, Tally]) -> Iterable[tuple[str, Tally]]:
    return sorted((name, tally) for name, tally in tallies.items() if tally.values)
