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
    place = ("audit", "hold", "place", "file-7", "--tenant", "_gateway", "--reason", "a court")

    codes = [run_verb(verb, environ, *place), run_verb(verb, environ, *place)]
    run_verb(verb, environ, "audit", "hold", "list")
    listed = capsys.readouterr()
    codes += [run_verb(verb, environ, "audit", "hold", "lift", "file-7") for _ in range(2)]

    assert [0, 1, 0, 1] == codes
    assert "file-7  all of _gateway" in listed.out
    assert "already" in listed.err
    events = [record["event"] for record in records_in(tmp_path / "state" / "audit")]
    assert 1 == events.count("hold.placed") == events.count("hold.lifted")


def test_a_tenant_that_nobody_knows_is_not_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A typing error is told, and no hold stands that would protect nothing.
    """
    environ = a_place(tmp_path)

    code = run_verb(verb, environ, "audit", "hold", "place", "file-7", "--tenant", "acmee")
    run_verb(verb, environ, "audit", "hold", "list")

    told = capsys.readouterr()
    assert (1, "") == (code, told.out)
    assert "'acmee' has no data key: there is no such tenant" in told.err


def test_a_hold_over_nobody_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    An empty name holds nobody, though the list would show a hold that stands.
    """
    environ, place = a_place(tmp_path), ("audit", "hold", "place")

    code = run_verb(verb, environ, *place, "file-7", "--tenant", "_gateway", "--subject", "")
    run_verb(verb, environ, "audit", "hold", "list")

    told = capsys.readouterr()
    assert (1, "") == (code, told.out)
    assert "is empty, so nothing was done" in told.err


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 201])
def test_a_hold_has_a_name_by_which_it_can_be_lifted(tmp_path: Path, name: str) -> None:
    """
    As the list shows it.
    """
    with pytest.raises(SystemExit):
        run_verb(verb, a_place(tmp_path), "audit", "hold", "place", name, "--tenant", "_gateway")
