"""`deepseek-gateway audit expire`; whole runs are in tests/journeys/test_forgetting.py."""

import json
import time
from pathlib import Path

import pytest

from gateway.audit.expiry_diary import ExpiryDiary, ExpiryTimes
from gateway.cli.audit import verb
from gateway.foundation.clock import FakeClock
from tests.cli.commands import a_place, run_verb
from tests.fakes.audit_side import records_in
from tests.fakes.house import PolicyFolder, an_environ
from tests.fakes.own_log import OwnLog


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


def test_what_succeeded_is_noted_and_a_day_not_done_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A gateway's own run; a person's is done each time.
    """
    environ = a_place(tmp_path)
    said = []
    for words in (["--daily", "--json"], ["--daily", "--json"], ["--json"]):
        assert 0 == run_verb(verb, environ, "audit", "expire", *words)
        said.append(json.loads(capsys.readouterr().out))

    done = {"segments": 0, "texts": 0, "periods": 0, "unruled": [], "packed": 0}
    assert [done, {"skipped": "Old things were let go within the last day."}, done] == said
    assert ExpiryDiary(tmp_path / "state").read().succeeded is not None


def test_beside_another_one_it_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Two at once would tell twice what one of them deletes.
    """
    environ = a_place(tmp_path)
    lock = ExpiryDiary(tmp_path / "state").lock()
    assert lock is not None

    assert 0 == run_verb(verb, environ, "audit", "expire")

    assert "this one did nothing" in capsys.readouterr().out
    assert ExpiryDiary(tmp_path / "state").read().succeeded is None
    lock.release()


def with_retention(folder: Path) -> OwnLog:
    """A gateway whose plan keeps texts for thirty days, and whose log has written nothing for a year."""
    policies = PolicyFolder(folder / "policies", ["http://127.0.0.1:9"])
    policies.plan["audit"] = {"retention": {"content_days": 30}}
    policies.write()
    own = OwnLog(folder / "state")
    own.environ = an_environ(folder)
    own.write(clock=FakeClock(time.time() - 366 * 86_400))
    return own


def test_by_a_clock_that_may_be_wrong_nothing_is_deleted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    It is said from when to when nothing was written, and what to do.
    """
    own = with_retention(tmp_path)

    assert 1 == own.act("expire")
    assert "(366 days)" in capsys.readouterr().err
    assert (None, None) == (diary_of(tmp_path).succeeded, diary_of(tmp_path).sure)


def test_a_clock_is_confirmed_once(tmp_path: Path) -> None:
    """
    Which the log has on record; from then on its word counts.
    """
    own = with_retention(tmp_path)

    assert [0, 0] == [own.act("expire", "--despite-clock"), own.act("expire")]

    confirmed = [one for one in records_in(own.folder) if one["event"] == "audit.clock_confirmed"]
    assert [366] == [one["facts"]["days"] for one in confirmed]
    assert diary_of(tmp_path).succeeded == diary_of(tmp_path).sure


def test_where_nothing_is_to_be_deleted_no_clock_is_asked(tmp_path: Path) -> None:
    """
    Nor found to be right.
    """
    own = with_retention(tmp_path)
    a_place(tmp_path)

    assert 0 == own.act("expire")
    assert diary_of(tmp_path).sure is None


def diary_of(folder: Path) -> ExpiryTimes:
    return ExpiryDiary(folder / "state").read()
