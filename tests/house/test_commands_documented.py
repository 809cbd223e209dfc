"""The pages show the commands that there are, no more and no less."""

import argparse
import re
import shlex

import pytest

from gateway.__main__ import command_line
from tests.house.tree import ROOT

# audit-spec.md shows formats, whose first lines have the same name.
_PAGES = (
    ROOT / "README.md",
    ROOT / "policies/README.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "audit-spec.md"),
    *sorted((ROOT / "deploy/runbook").glob("*.md")),
)
_SHOWN = re.compile(r"(?:^|[`|]|exec gateway )\s*deepseek-gateway ([a-z-]+[^`\n|>#]*)", re.MULTILINE)
# A verb, or a verb and its act: named in a sentence, not shown with what it needs.
_NAMED = 2
_STARTED_BY_SERVE = {"worker"}


def _words(shown: str) -> tuple[str, ...]:
    return tuple(shlex.split(shown.partition(" < ")[0]))


_COMMANDS = sorted(
    {
        _words(shown)
        for page in _PAGES
        for shown in _SHOWN.findall(page.read_text(encoding="utf-8").replace("<id>", "ID"))
    }
)


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    lists = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(lists[0].choices) if lists else {}


def _verbs() -> dict[str, set[str]]:
    return {verb: set(_choices(parser)) for verb, parser in _choices(command_line()).items()}


@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_a_command_that_a_page_shows_is_known(words: tuple[str, ...]) -> None:
    """
    Its verb and act; and its options, where it is shown with any.
    """
    acts = _verbs()[words[0]]

    assert not acts or acts >= set(words[1:_NAMED])
    if len(words) > _NAMED:
        assert words[0] == command_line().parse_args(words).verb


def test_every_command_is_shown_somewhere() -> None:
    """
    Nobody has to guess that there is one.
    """
    commands = {(verb, act) for verb, acts in _verbs().items() for act in acts or {""}}
    shown = {(*words, "")[:_NAMED] for words in _COMMANDS} | {(words[0], "") for words in _COMMANDS}

    assert set() == {(verb, act) for verb, act in commands - shown if verb not in _STARTED_BY_SERVE}
