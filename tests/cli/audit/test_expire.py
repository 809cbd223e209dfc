"""`deepseek-gateway audit expire`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


def test_nothing_is_over_in_a_new_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    And it is said how little was deleted.
    """
    assert 0 == run_verb(verb, a_place(tmp_path), "audit", "expire")
    assert "0 segments, 0 texts, 0 look-up keys" in capsys.readouterr().out


def test_with_bad_policies_nothing_is_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Nobody knows then what is to be kept.
    """
    environ = a_place(tmp_path)
    (tmp_path / "policies" / "plans" / "basic.yaml").write_text("plan: [")

    assert 1 == run_verb(verb, environ, "audit", "expire")
    assert "nothing is deleted" in capsys.readouterr().err
    assert [] == records_in(tmp_path / "state" / "audit")
