"""`deepseek-gateway audit export` gives the records to other systems."""

import csv
import json
from pathlib import Path

import pytest

from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("form", "field"), [("ocsf", "class_uid"), ("ecs", "@timestamp")])
def test_events_of_other_systems_are_one_a_line(
    own: OwnLog, form: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Only those that were asked for, and the look is recorded with the format.
    """
    status = own.act("export", "--format", form, "--tenant", "bolt")

    output = capsys.readouterr()
    events = [json.loads(line) for line in output.out.splitlines()]
    assert (0, 2, "2 records\n") == (status, len(events), output.err)
    assert all(field in event for event in events)
    assert [("export", 2, {"tenant": "bolt", "format": form})] == [
        (look["act"], look["records"], look["what"]) for look in own.looks
    ]


def test_a_spreadsheet_gets_every_column(own: OwnLog, tmp_path: Path) -> None:
    """
    In a file, if one is named.
    """
    target = tmp_path / "out.csv"

    status = own.act("export", "--format", "csv", "--request-id", "req_1", "-o", str(target))

    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert (0, ["request.admitted", "request.completed"]) == (status, [row["event"] for row in rows])
    assert "100" == rows[1]["prompt_tokens"]


def test_parquet_can_be_searched_again(
    own: OwnLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With the same words; it is a copy, so that look is recorded nowhere.
    """
    target = tmp_path / "out.parquet"

    statuses = [
        own.act("export", "--format", "parquet"),
        own.act("export", "--format", "parquet", "-o", str(target)),
        own.act("query", "--from", str(target), "--external", "--format", "json"),
    ]

    output = capsys.readouterr()
    assert [1, 0, 0] == statuses
    assert "name a file with -o" in output.err
    assert ["req_1", "own_0"] == [json.loads(line)["request_id"] for line in output.out.splitlines()]
    assert ["export"] == [look["act"] for look in own.looks]


def test_a_place_that_cannot_be_written_is_said(
    own: OwnLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With 1.
    """
    status = own.act("export", "--format", "ecs", "-o", str(tmp_path / "nowhere" / "out"))

    assert 1 == status
    assert "nowhere" in capsys.readouterr().err
