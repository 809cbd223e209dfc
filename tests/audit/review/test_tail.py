"""What is written is seen as it is written, once, and whole."""

from pathlib import Path

from gateway.audit.catalogue import Heartbeat
from gateway.audit.review.question import Question
from gateway.audit.review.tail import LogTail
from tests.fakes.audit_logs import WRITER, SmallLog

_OTHER = "web1-1-20261127T061409123457Z"


def _events(records: list[object]) -> list[object]:
    return [record["event"] for record in records if isinstance(record, dict)]


def test_the_newest_come_first_and_then_what_is_new(tmp_path: Path) -> None:
    """
    Of every writer, also one that begins later and one that goes on in another file.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1")
    tail = LogTail([log.folder], Question())

    assert ["request.admitted", "request.completed"] == _events([*tail.last(2)])
    assert [] == tail.new()

    log.record("log.heartbeat", Heartbeat())
    log.rotate()
    log.open(_OTHER)
    log.exchange("req_2", WRITER)

    expected = ["log.heartbeat", "log.rotated", "log.opened", "request.admitted", "request.completed"]
    assert expected == _events([*tail.new()])
    assert [] == tail.new()


def test_an_unfinished_line_comes_when_it_is_finished(tmp_path: Path) -> None:
    """
    Not in two halves.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    tail = LogTail([log.folder], Question())
    path = log.layout.segment(WRITER, 0)
    line = path.read_bytes()
    with path.open("ab") as file:
        file.write(line[:40])

    assert ["log.opened"] == _events([*tail.last(5)])
    assert [] == tail.new()

    with path.open("ab") as file:
        file.write(line[40:])
    assert ["log.opened"] == _events([*tail.new()])


def test_only_what_is_asked_for_is_seen(tmp_path: Path) -> None:
    """
    The filters are those of a search.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    tail = LogTail([log.folder], Question(tenant="bolt", event="request.completed"))

    assert [] == tail.last(10)
    log.exchange("req_1")
    log.exchange("req_2", tenant="bolt")

    assert ["req_2"] == [record["request_id"] for record in tail.new()]


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """
    And a file that has expired is no trouble.
    """
    tail = LogTail([tmp_path / "log"], Question())
    assert ([], []) == (tail.last(3), tail.new())

    log = SmallLog(tmp_path / "log")
    log.open()
    assert 1 == len(tail.new())

    log.layout.segment(WRITER, 0).unlink()
    assert [] == tail.new()


def test_no_history_is_given_to_who_wants_none(tmp_path: Path) -> None:
    """
    Zero is zero.
    """
    log = SmallLog(tmp_path / "log")
    log.open()

    assert [] == LogTail([log.folder], Question()).last(0)
