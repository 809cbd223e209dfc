"""`deepseek-gateway audit erase`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in

WHO = ("--tenant", "_gateway", "--subject")


def test_a_wish_is_on_record_without_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Also of a person of whom nothing was kept.
    """
    code = run_verb(verb, a_place(tmp_path), "audit", "erase", *WHO, "maria")

    records = records_in(tmp_path / "state" / "audit")
    assert 0 == code
    assert "No text was kept" in capsys.readouterr().out
    assert "subject.erased" in [record["event"] for record in records]
    assert "maria" not in str(records)


def test_nobody_is_erased_by_an_empty_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A variable that a script did not set must not look like a wish that was obeyed.
    """
    code = run_verb(verb, a_place(tmp_path), "audit", "erase", *WHO, "")

    assert 1 == code
    assert "is empty, so nothing was done" in capsys.readouterr().err
    assert "subject.erased" not in [record["event"] for record in records_in(tmp_path / "state" / "audit")]
