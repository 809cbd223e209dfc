"""The words of a question are the same for every act."""

import argparse
from pathlib import Path

import pytest

from gateway.audit.review.question import Question
from gateway.audit.review.sheet import Sheet
from gateway.cli.audit.asking import (
    add_format,
    add_question,
    add_sources,
    printed,
    question_of,
    said_of,
    shown,
    source_files,
)
from tests.fakes.audit_logs import a_log


def _parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_question(parser, limit=7)
    add_sources(parser)
    add_format(parser)
    return parser.parse_args(words)


def test_every_filter_has_its_word() -> None:
    """
    No field of a question can only be reached from Python.
    """
    words = {word.removeprefix("--").replace("-", "_") for word in _options()}

    assert set(Question.__struct_fields__) <= words


def test_words_become_a_question() -> None:
    """
    What was not said stays open, and the record of the look has only what was.
    """
    args = _parsed("--tenant", "acme", "--request-id", "req_1", "--no-external")

    assert Question(tenant="acme", request_id="req_1", external=False, limit=7) == question_of(args)
    assert {"tenant": "acme", "request_id": "req_1", "external": False, "limit": 7} == said_of(args)


def test_sources_are_the_own_log_unless_others_are_named(tmp_path: Path) -> None:
    """
    Several may be.
    """
    log = a_log(tmp_path / "state" / "audit")
    own = _parsed()
    own.environ = {"GATEWAY_STATE_DIR": str(tmp_path / "state")}
    named = _parsed("--from", str(log.folder), "--from", str(log.folder))

    assert 2 == len(source_files(own)) == len(source_files(named))


@pytest.mark.parametrize(("said", "meant"), [(None, ("x",)), ("a, b", ["a", "b"])])
def test_columns_are_named_with_commas(said: str | None, meant: object) -> None:
    """
    Or the usual ones are shown.
    """
    assert meant == shown(said, ("x",))


def test_rows_are_printed_with_line_ends() -> None:
    """
    In the form that was chosen.
    """
    args = _parsed("--format", "csv")

    assert "x\n1\n" == printed(Sheet(("x",), [(1,)]), args.format)


def _options() -> list[str]:
    parser = argparse.ArgumentParser()
    add_question(parser, limit=7)
    return [word for action in parser._actions for word in action.option_strings]
