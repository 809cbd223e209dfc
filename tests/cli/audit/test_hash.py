"""`deepseek-gateway audit hash` finds a known value, and does not write it down."""

import json

import pytest

from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


def test_an_end_user_is_found(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    In the requests that named them; the log gets the hashes alone.
    """
    status = own.act("hash", "maria", "--tenant", "acme", "--kind", "subject", "--format", "json")

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [row for row in rows if row["records"]]
    assert (0, [(2, ["own_0"])]) == (status, [(row["records"], row["requests"]) for row in found])
    (look,) = own.looks
    assert ("hash", "acme", 2) == (look["act"], look["tenant"], look["records"])
    assert found[0]["hash"] in look["what"]["hashes"]
    assert "maria" not in "".join(path.read_text() for path in own.folder.rglob("*.jsonl"))


def test_someone_who_was_never_here_is_not_found(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Every hash is shown with nothing beside it.
    """
    own.act("hash", "otto", "--tenant", "acme", "--format", "json")

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {0} == {row["records"] for row in rows}


def test_a_tenant_without_keys_is_said(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    It is not the same as a value that was never there.
    """
    status = own.act("hash", "maria", "--tenant", "nobody")

    assert 1 == status
    assert "has no look-up key" in capsys.readouterr().err
