"""A request is proved to someone who has nothing but the bundle and a public key."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.catalogue import AuditRead
from gateway.audit.review.proof import CannotProve, prove, prove_in
from gateway.audit.verify.bundle import verify_bundle
from gateway.audit.verify.finding import Broken
from gateway.audit.verify.heads import KeptCheckpoint
from tests.fakes.audit_logs import WRITER, SmallLog, a_log
from tests.fakes.packed import pack_all

_OTHER = "web1-1-20261127T061409123457Z"


def _bundle(log: SmallLog, request_id: str, **how: Any) -> bytes:
    return json.dumps(prove(log.folder, request_id, **how)).encode()


def test_both_records_of_a_request_are_proved(tmp_path: Path) -> None:
    """
    Who was permitted to get it and what came of it, under a pinned key.
    """
    log = a_log(tmp_path / "log")

    proven = verify_bundle(_bundle(log, "req_3"), pins=[log.pin])

    events = [json.loads(line)["event"] for line in proven.lines]
    assert ["request.admitted", "request.completed"] == events


def test_who_looked_at_a_request_is_no_part_of_its_proof(tmp_path: Path) -> None:
    """
    The record of a look names the request, and an auditor; it may not even be sworn to yet.
    """
    log = a_log(tmp_path / "log")
    log.record("audit.read", AuditRead(act="prove", actor="cli:jo", what={"request_id": "req_3"}))

    proven = verify_bundle(_bundle(log, "req_3"))

    assert ["request.admitted", "request.completed"] == [json.loads(line)["event"] for line in proven.lines]


def test_a_proof_holds_under_a_checkpoint_that_the_asker_keeps(tmp_path: Path) -> None:
    """
    Made for an older checkpoint it fits that one, and no other.
    """
    log = a_log(tmp_path / "log")
    kept, other = log.notes[1], log.notes[2]

    bundle = _bundle(log, "req_1", note=kept)

    assert verify_bundle(bundle, anchors=[KeptCheckpoint("mine", kept)]).lines
    with pytest.raises(Broken, match="none of the checkpoints that were kept"):
        verify_bundle(bundle, anchors=[KeptCheckpoint("mine", other)])


def test_records_behind_an_expired_segment_can_be_proved(tmp_path: Path) -> None:
    """
    The seal keeps what the tree needs of the records that are gone.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.open(_OTHER)
    for number in range(3):
        log.exchange(f"early_{number}")
    log.rotate()
    log.exchange("late")
    log.swear()
    log.expire(0, by=_OTHER)

    proven = verify_bundle(_bundle(log, "late"), pins=[log.pin])

    assert 2 == len(proven.lines)
    with pytest.raises(CannotProve, match="may have expired"):
        prove(log.folder, "early_1")


def test_records_of_two_writers_are_proved_together(tmp_path: Path) -> None:
    """
    Each under its own writer's head.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.open(_OTHER)
    log.exchange("req_1", WRITER)
    log.exchange("req_1", _OTHER)
    log.swear()

    proven = verify_bundle(_bundle(log, "req_1"))

    assert 4 == len(proven.lines)


def test_what_no_checkpoint_covers_yet_is_not_proved(tmp_path: Path) -> None:
    """
    The message says that a second is enough.
    """
    log = a_log(tmp_path / "log")
    log.open(_OTHER)
    log.exchange("young", _OTHER)

    with pytest.raises(CannotProve, match="in a second"):
        prove(log.folder, "young")


def test_a_note_that_is_none_is_refused(tmp_path: Path) -> None:
    """
    Whatever file was given as a checkpoint.
    """
    log = a_log(tmp_path / "log")

    with pytest.raises(CannotProve, match="cannot be used"):
        prove(log.folder, "req_1", note="hello\n")


def test_a_log_without_a_checkpoint_proves_nothing(tmp_path: Path) -> None:
    """
    Nobody swore to anything yet.
    """
    log = SmallLog(tmp_path / "log")
    log.open()
    log.exchange("req_1")

    with pytest.raises(CannotProve, match="No checkpoint"):
        prove(log.folder, "req_1")


def test_a_request_is_looked_for_in_every_log(tmp_path: Path) -> None:
    """
    The first that has it proves it; if none has, the last one says so.
    """
    empty, log = SmallLog(tmp_path / "second"), a_log(tmp_path / "log")
    empty.open()

    assert "req_1" == prove_in([empty.folder, log.folder], "req_1")["request_id"]
    with pytest.raises(CannotProve, match="req_77"):
        prove_in([empty.folder, log.folder], "req_77")
    with pytest.raises(CannotProve, match="There is no log"):
        prove_in([], "req_1")


def test_a_proof_is_the_same_from_a_packed_log(tmp_path: Path) -> None:
    """
    Its heads are all there.
    """
    log = a_log(tmp_path / "log")
    before = _bundle(log, "req_3")

    pack_all(log.folder)

    assert before == _bundle(log, "req_3")
