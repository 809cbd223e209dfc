"""`deepseek-gateway audit rotate-key`; whole runs are in tests/journeys/test_forgetting.py."""

from pathlib import Path

import pytest

from gateway.cli.audit import verb
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in


def test_the_public_half_is_printed_and_the_change_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With the epoch that the checkpoints will name.
    """
    environ = a_place(tmp_path)

    assert [0, 0] == [run_verb(verb, environ, "audit", "rotate-key") for _ in range(2)]

    told = capsys.readouterr().out
    records = [one for one in records_in(tmp_path / "state" / "audit") if one["event"] == "signer.changed"]
    assert [2, 3] == [record["epoch"] for record in records]
    assert all(record["key_id"] in told for record in records)
