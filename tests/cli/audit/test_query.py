"""`deepseek-gateway audit query` finds records, and says who looked."""

import csv
import json

import pytest

from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


def test_records_are_found_by_filters(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    And the look stands in the log, with what was asked and how much was found.
    """
    status = own.act("query", "--tenant", "acme", "--external", "--format", "json")

    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (look,) = own.looks
    assert (0, ["req_1", "own_0"]) == (status, [row["request_id"] for row in found])
    assert ("query", 2, {"tenant": "acme", "external": True, "limit": 100}) == (
        look["act"], look["records"], look["what"],
    )  # fmt: skip


def test_a_table_is_what_people_get(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With the columns they name.
    """
    own.act("query", "--request-id", "req_2", "--columns", "event, destinations,external")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [["request.admitted", "rack"], ["request.completed", "rack", "false"]] == lines[2:]


def test_sql_is_answered_and_recorded_without_its_values(
    own: OwnLog, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A name or a number that somebody looks for does not get into the log by that.
    """
    sql = "SELECT count(*) AS n FROM records WHERE tenant = 'acme' AND request_id <> '13800138000'"

    status = own.act("query", "--sql", sql, "--format", "csv")

    assert (0, [["n"], ["4"]]) == (status, list(csv.reader(capsys.readouterr().out.splitlines())))
    assert {"sql": "SELECT count(*) AS n FROM records WHERE tenant = ? AND request_id <> ?"} == (
        own.looks[0]["what"]
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--since", "yesterday"], "is no moment"),
        (["--columns", "password"], "There is no column"),
        (["--sql", "DROP TABLE records"], "--sql takes one SELECT"),
        (["--from", "nowhere"], "There are no records in nowhere"),
        (["--limit", "0"], "The limit must be 1 or more"),
        (["--sql", "SELECT * FROM records", "--tenant", "acme"], "--sql takes the place of --tenant"),
        (["--sql", "SELECT * FROM records", "--request-id", "r"], "--sql takes the place of --request-id"),
        (["--sql", "SELECT * FROM records", "--no-external"], "--sql takes the place of --external"),
        (["--sql", "SELECT * FROM records", "--columns", "time"], "--sql takes the place of --columns"),
        (["--sql", ""], "--sql takes one SELECT"),
        (["--sql", "SELECT nope FROM records"], "not found in FROM clause. `records` has: time, event"),
        (["--event", "request.complete"], "Did you mean 'request.completed'?"),
    ],
)
def test_a_bad_question_is_refused(
    own: OwnLog, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With 1 and the reason; nothing was looked at, so nothing is recorded.
    """
    status = own.act("query", *words)

    output = capsys.readouterr()
    assert (1, "", []) == (status, output.out, own.looks)
    assert why in output.err


def test_a_limit_that_was_reached_is_said(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Whoever sees a hundred rows should know that there may be more.
    """
    own.act("query", "--limit", "1")

    assert "there may be more" in capsys.readouterr().err


def test_a_place_that_cannot_be_looked_at_is_told(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1 and the system's reason, as where rights are missing.
    """
    status = own.act("query", "--from", "x" * 300)

    assert 1 == status
    assert "x" * 300 in capsys.readouterr().err
