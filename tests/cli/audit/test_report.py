"""`deepseek-gateway audit report` sums up a period."""

import json

import pytest

from gateway.audit.catalogue import Noticed
from tests.fakes.own_log import OwnLog

pytestmark = pytest.mark.slow


def test_a_period_is_told_to_people_and_to_programs(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    And whoever asked stands in it the next time.
    """
    statuses = [own.act("report", "--since", "2020-01-01")]
    told = capsys.readouterr().out
    statuses.append(own.act("report", "--json"))
    said = json.loads(capsys.readouterr().out)

    assert [0, 0] == statuses
    assert "Sent out of the house, by tenant and destination" in told
    assert [("acme", 2), ("bolt", 1)] == [(row["tenant"], row["requests"]) for row in said["volumes"]]
    assert [("acme", "deepseek", 2)] == [
        (row["tenant"], row["destination"], row["requests"]) for row in said["external"]
    ]
    assert ["policy.reloaded"] == [row["event"] for row in said["changes"]]
    assert [("report", 1)] == [(row["act"], row["looks"]) for row in said["looks"]]
    assert 2 == len(own.looks)


def test_a_list_that_is_cut_says_how_to_go_on(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    To people with the moment to begin at, to programs with its name.
    """
    own.write(*[("key.revoked", Noticed(facts={"id": f"key{number}"})) for number in range(501)])
    own.act("report")
    told = capsys.readouterr().out
    own.act("report", "--json")
    said = json.loads(capsys.readouterr().out)

    last = said["changes"][-1]["time"]
    assert f"There are more: these are the first 500. Go on with --since {last}" in told
    assert ["changes"] == said["cut"]


def test_a_bad_period_is_refused(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1 and the reason.
    """
    assert 1 == own.act("report", "--until", "soon")
    assert "is no moment" in capsys.readouterr().err


def test_a_place_that_cannot_be_looked_at_is_told(own: OwnLog, capsys: pytest.CaptureFixture[str]) -> None:
    """
    With 1 and the system's reason, as where rights are missing.
    """
    status = own.act("report", "--from", "x" * 300)

    assert 1 == status
    assert "x" * 300 in capsys.readouterr().err
