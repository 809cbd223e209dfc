"""A whole log proves itself, or the first bad place is named."""

from hashlib import sha256
from pathlib import Path

import pytest

from gateway.audit.catalogue import Content, ContentExpired, Facts, Heartbeat
from gateway.audit.verify.folder import LogReport, NoLog, verify_folder
from gateway.audit.verify.heads import KeptCheckpoint
from tests.fakes.audit_logs import WRITER, SmallLog, a_log

_OTHER = "web1-1-20261127T061409123457Z"
_THIRD = "web1-2-20261127T061409123458Z"


class _ExpiredOfBefore(Facts, frozen=True, kw_only=True):
    """A segment was deleted, as it was told until the field had a name of its own."""

    writer: str
    segment: int
    first_seq: int
    last_seq: int
    seal_sha256: str
    retention_days: int = 30


def _check(log: SmallLog, *anchors: str) -> LogReport:
    return verify_folder(
        log.folder, pins=[log.pin], anchors=[KeptCheckpoint("kept", anchor) for anchor in anchors]
    )


def test_a_clean_log_is_good(tmp_path: Path) -> None:
    """
    Everything is counted, and there is nothing to note.
    """
    log = a_log(tmp_path / "log")

    report = _check(log, log.notes[0])

    assert report.is_good
    assert (16, 1, 4, 1, []) == (
        report.records, report.writers, report.checkpoints, report.anchors, report.notes,
    )  # fmt: skip
    assert log.pin == report.key


def test_a_log_after_expiry_is_good(tmp_path: Path) -> None:
    """
    A sworn record says what is gone, in whichever writer's chain.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.open(_OTHER)
    log.exchange("req_1")
    log.swear()
    log.exchange("req_2")
    log.rotate()
    log.exchange("req_3")
    log.swear()
    log.expire(0, by=_OTHER)

    report = _check(log)

    assert [] == report.findings
    assert 1 == report.expired_segments


def test_a_log_of_before_after_expiry_is_good(tmp_path: Path) -> None:
    """
    Its record has the field `writer` twice: its own, and at its end that of the segment.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.open(_OTHER)
    log.exchange("req_1")
    log.rotate()
    log.exchange("req_2")
    sealed = log.layout.seal(WRITER, 0).read_bytes()
    facts = _ExpiredOfBefore(
        writer=WRITER, segment=0, first_seq=0, last_seq=3, seal_sha256=sha256(sealed).hexdigest()
    )
    log.record("log.expired", facts, _OTHER)
    log.swear()
    log.layout.segment(WRITER, 0).unlink()

    report = _check(log)

    assert ([], 1) == (report.findings, report.expired_segments)


def test_a_log_over_two_keys_is_good(tmp_path: Path) -> None:
    """
    Who keeps the first key follows to the second.
    """
    log = a_log(tmp_path / "log")
    log.new_key()
    log.open(_OTHER)
    log.swear()

    assert [] == _check(log).findings


def test_what_is_still_being_written_is_noted(tmp_path: Path) -> None:
    """
    Records and heads beyond the last checkpoint are no findings.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.swear()
    log.record("log.heartbeat", Heartbeat())
    with log.layout.segment(WRITER, 0).open("ab") as file:
        file.write(b'{"v":1,"wri')

    report = verify_folder(log.folder)

    assert [] == report.findings
    assert [
        f"writers/{WRITER}: the last line is not finished (11 bytes); it was being written",
        f"writers/{WRITER}: 1 records are newer than the last head",
        "no key was pinned (--pin): the log agrees with itself, as one made anew with another key would",
        "no checkpoint kept elsewhere was given (--anchor), so a rollback would not be seen",
    ] == report.notes


def test_records_that_nobody_swore_to_although_time_went_on_are_a_finding(tmp_path: Path) -> None:
    """
    A writer that was put there later has no head.
    """
    log = a_log(tmp_path / "log")
    writers = dict(log.writers)
    log.open(_OTHER)
    log.writers = writers
    log.now += 100
    log.open(_THIRD)
    log.swear()

    report = _check(log)

    assert [f"writers/{_OTHER}, record 0"] == [str(found).partition(":")[0] for found in report.findings]


def test_a_writer_whose_folder_is_gone_is_missed(tmp_path: Path) -> None:
    """
    The heads name it.
    """
    log = a_log(tmp_path / "log")
    (log.layout.writers / WRITER).rename(tmp_path / "away")

    report = _check(log)

    assert "records 0 to 15 are missing" in str(report.findings[0])


def test_an_expiry_that_nobody_swore_to_explains_nothing(tmp_path: Path) -> None:
    """
    Whoever deletes a segment could write the record beside it; a young one has to be waited for.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1")
    log.rotate()
    log.exchange("req_2")
    log.swear()
    honest = dict(log.writers)
    log.open(_OTHER)
    log.expire(0, by=_OTHER, is_sworn=False)
    young = _check(log)
    log.writers = honest
    log.now += 100
    log.record("log.heartbeat", Heartbeat())
    log.swear()

    old = _check(log)

    assert [] == young.findings
    assert any("this log.expired is not signed yet" in note for note in young.notes)
    assert "the file is missing, and no sworn log.expired says that it may be" in [
        found.what for found in old.findings
    ]


def test_a_deletion_of_texts_that_nobody_swore_to_explains_nothing(tmp_path: Path) -> None:
    """
    As of a segment: whoever takes a text away could write the record beside it.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    text = Content(id="1" * 32, kind="request", key_id="2" * 16, sha256="3" * 64, size=5)
    log.exchange("req_1", content=(text,))
    log.swear()
    honest = dict(log.writers)
    log.open(_OTHER)
    log.record("content.expired", ContentExpired(tenant="acme", ids=(text.id,), retention_days=30), _OTHER)
    young = _check(log)
    log.writers = honest
    log.now += 100
    log.record("log.heartbeat", Heartbeat())
    log.swear()

    old = _check(log)

    assert [] == young.findings
    assert any("this content.expired is not signed yet" in note for note in young.notes)
    assert f"the text {text.id} is missing" in [found.what for found in old.findings]


def test_a_folder_without_a_log_is_no_good_log(tmp_path: Path) -> None:
    """
    An empty folder is not a log that proves itself.
    """
    with pytest.raises(NoLog, match="no audit log in"):
        verify_folder(tmp_path)


def test_without_keys_the_records_are_still_checked(tmp_path: Path) -> None:
    """
    Both findings are told.
    """
    log = a_log(tmp_path / "log")
    log.layout.epochs.unlink()
    path = log.layout.segment(WRITER, 0)
    path.write_bytes(path.read_bytes().replace(b"req_1", b"req_9", 1))

    report = _check(log)

    assert ["epochs.jsonl", f"writers/{WRITER}/000000.jsonl"] == [found.file for found in report.findings]
