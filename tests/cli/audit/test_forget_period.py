"""`deepseek-gateway audit forget-period`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


@pytest.mark.parametrize("month", ["2027-13", "27-01", "january"])
def test_what_is_no_month_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], month: str) -> None:
    """
    With how to write one, and nothing is opened.
    """
    with pytest.raises(SystemExit) as ended:
        run_verb(verb, a_place(tmp_path), "audit", "forget-period", "--tenant", "acme", month)

    assert 2 == ended.value.code
    assert "write 2027-01" in capsys.readouterr().err
    assert [] == records_in(tmp_path / "state" / "audit")


def test_a_month_without_a_key_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    By name, with status 1.
    """
    assert 1 == run_verb(verb, a_place(tmp_path), "audit", "forget-period", "--tenant", "acme", "1999-01")
    assert "no look-up key of 1999-01" in capsys.readouterr().err
