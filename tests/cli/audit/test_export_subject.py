"""`deepseek-gateway audit export-subject`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb, said_besides
from tests.fakes.audit_side import records_in


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """
    It holds a person's texts.
    """
    file = tmp_path / "maria.json"
    who = ("--tenant", "_gateway", "--subject", "maria")

    assert 0 == run_verb(verb, a_place(tmp_path), "audit", "export-subject", *who, "-o", str(file))
    assert 0o600 == file.stat().st_mode & 0o777
    assert "subject.exported" in [record["event"] for record in records_in(tmp_path / "state" / "audit")]


def test_without_a_tenant_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A typing error is told from an empty answer.
    """
    who = ("--tenant", "nobody", "--subject", "maria")

    assert 1 == run_verb(verb, a_place(tmp_path), "audit", "export-subject", *who)
    assert "no such tenant" in capsys.readouterr().err


def test_it_is_said_how_much_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A misspelled person is known by the zeros, beside the file and not in it.
    """
    who = ("--tenant", "_gateway", "--subject", "mraia")

    run_verb(verb, a_place(tmp_path), "audit", "export-subject", *who)

    told = capsys.readouterr()
    assert "0 records and 0 texts of this person\n" == said_besides(told.err)
    assert '"records": []' in told.out


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """
    What a person is given is theirs alone, also where the file was there before.
    """
    file, who = tmp_path / "maria.json", ("--tenant", "_gateway", "--subject", "maria")
    file.write_text("of before")
    file.chmod(0o644)

    code = run_verb(verb, a_place(tmp_path), "audit", "export-subject", *who, "-o", str(file))

    assert (0, 0o600) == (code, file.stat().st_mode & 0o777)
