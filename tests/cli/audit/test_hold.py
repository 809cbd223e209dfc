"""`deepseek-gateway audit hold`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


def test_a_hold_is_placed_once_listed_and_lifted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A second of the same name is refused, and so is lifting what is not there.
    """
    environ = a_place(tmp_path)
    place = ("audit", "hold", "place", "file-7", "--tenant", "acme", "--reason", "a court")

    codes = [run_verb(verb, environ, *place), run_verb(verb, environ, *place)]
    run_verb(verb, environ, "audit", "hold", "list")
    listed = capsys.readouterr()
    codes += [run_verb(verb, environ, "audit", "hold", "lift", "file-7") for _ in range(2)]

    assert [0, 1, 0, 1] == codes
    assert "file-7  all of acme" in listed.out
    assert "already" in listed.err
    events = [record["event"] for record in records_in(tmp_path / "state" / "audit")]
    assert 1 == events.count("hold.placed") == events.count("hold.lifted")
