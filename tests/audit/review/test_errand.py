"""A child does one search and says what came of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.audit.review.errand import Order, done
from gateway.audit.review.lookup import Sighting
from gateway.audit.review.question import BadQuestion, Question
from gateway.audit.verify.bundle import verify_bundle
from tests.fakes.audit_logs import SmallLog, a_log

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> SmallLog:
    """A log with six requests."""
    return a_log(tmp_path_factory.mktemp("errand") / "log")


def _done(log: SmallLog, act: str, **details: Any) -> Any:
    return done(Order(act=act, folders=(str(log.folder),), **details))


def test_records_are_rows_or_events(log: SmallLog) -> None:
    """
    The newest, up to the limit.
    """
    question = Question(event="request.completed", limit=2)

    rows = _done(log, "records", question=question, columns=("request_id",))
    events = _done(log, "records", question=question, form="ocsf")

    assert [{"request_id": "req_4"}, {"request_id": "req_5"}] == rows
    assert ["req_4", "req_5"] == [event["api"]["request"]["uid"] for event in events]


def test_the_newest_are_those_of_all_writers(tmp_path: Path) -> None:
    """
    By their time and not by the names of their files, in every form.
    """
    log = SmallLog(tmp_path / "log")
    first, second = (f"web1-{slot}-20261127T061409123456Z" for slot in (0, 1))
    log.open(first)
    log.open(second)
    for number, writer in enumerate((second, first, second, first)):
        log.exchange(f"req_{number}", writer)
    question = Question(event="request.completed", limit=3)

    events = _done(log, "records", question=question, form="ecs")

    assert ["req_1", "req_2", "req_3"] == [event["http"]["request"]["id"] for event in events]


def test_a_period_is_summed_up(log: SmallLog) -> None:
    """
    By the names of its sections.
    """
    assert 6 == _done(log, "report")["volumes"][0]["requests"]


def test_a_proof_is_looked_for_in_every_log(log: SmallLog, tmp_path: Path) -> None:
    """
    A gateway that lost its first disk has two.
    """
    empty = SmallLog(tmp_path / "second")
    empty.open()
    order = Order(act="proof", folders=(str(empty.folder), str(log.folder)), request_id="req_1")

    assert verify_bundle(json.dumps(done(order)).encode()).lines


def test_every_log_that_is_there_is_verified(log: SmallLog, tmp_path: Path) -> None:
    """
    With the findings as values.
    """
    order = Order(act="verify", folders=(str(log.folder), str(tmp_path / "nowhere")), pins=("AAAA",))

    (verdict,) = done(order)

    assert (False, "epochs.jsonl", 16) == (
        verdict["good"], verdict["findings"][0]["file"], verdict["records"],
    )  # fmt: skip


def test_sightings_are_counted(log: SmallLog) -> None:
    """
    By hashes that came from outside.
    """
    (found,) = _done(log, "lookup", sightings=(Sighting("subject", "2026-11", "h1:2026-11:00"),))

    assert 0 == found["records"]


def test_what_cannot_be_is_refused(log: SmallLog) -> None:
    """
    By the failure of the part that knows.
    """
    with pytest.raises(BadQuestion):
        _done(log, "records", question=Question(since="yesterday"))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"columns": ("request_id",), "question": {"limit": 1, "event": "request.completed"}},
         {"answer": [{"request_id": "req_5"}]}),
        ({"question": {"limit": 0}}, {"refused": "The limit must be 1 or more.", "what": "BadQuestion"}),
    ],
)  # fmt: skip
def test_as_a_process_it_reads_and_writes_json(
    log: SmallLog, order: dict[str, Any], expected: dict[str, Any]
) -> None:
    """
    A refusal is an answer too.
    """
    text = msgspec.json.encode({"act": "records", "folders": [str(log.folder)]} | order)

    child = subprocess.run(
        [sys.executable, "-m", "gateway.audit.review.errand"], input=text, capture_output=True, check=True
    )

    assert expected == json.loads(child.stdout)
