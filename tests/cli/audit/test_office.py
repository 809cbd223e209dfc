"""How acts that change what is kept open the log; whole runs are in tests/journeys/test_forgetting.py."""

import io
from pathlib import Path

import pytest

from gateway.cli.audit import verb
from gateway.cli.audit.office import read_subject
from tests.cli.commands import a_place, run_verb


def test_a_log_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With the settings in which the way out is, and status 1.
    """
    environ = a_place(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "audit").write_text("a file in the way")

    assert 1 == run_verb(verb, environ, "audit", "hold", "list")
    assert "GATEWAY_AUDIT_SECOND_DIR" in capsys.readouterr().err


def test_a_name_may_come_from_standard_input() -> None:
    """
    Where no list of processes shows it.
    """
    assert "maria" == read_subject("-", io.StringIO("maria\njo\n"))
    assert "jo" == read_subject("jo")
    assert "maria" == read_subject("-", io.StringIO("maria\r\n"))
