"""A writer's files hang together, and a seal stands for one that has expired."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.review.sources import files_of
from gateway.audit.segment import read_seal
from gateway.audit.verify.finding import Broken
from gateway.audit.verify.segments import walk_segments
from gateway.audit.verify.walk import WriterWalk
from tests.fakes.audit_logs import WRITER, SmallLog, a_log


def _why(log: SmallLog) -> str:
    with pytest.raises(Broken) as failure:
        walk_segments(log.folder, WriterWalk(WRITER))
    return str(failure.value)


def _reseal(log: SmallLog, **change: Any) -> None:
    path = log.layout.seal(WRITER, 0)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))


def test_segments_are_read_in_their_order(tmp_path: Path) -> None:
    """
    The chain goes on from file to file.
    """
    log = a_log(tmp_path / "log")
    walk = WriterWalk(WRITER)

    assert [] == walk_segments(log.folder, walk)
    assert (16, True) == (walk.size, walk.is_over)


@pytest.mark.parametrize("name", ["000000b.jsonl", ".000000.jsonl", "more.jsonl"])
def test_a_file_that_only_looks_like_a_segment_is_found(tmp_path: Path, name: str) -> None:
    """
    A search reads every file of that ending, so records that no chain holds could be slipped in.
    """
    log = a_log(tmp_path / "log")
    stray = log.layout.writers / WRITER / name
    stray.write_bytes(log.layout.segment(WRITER, 0).read_bytes())

    assert stray in files_of([log.folder])
    assert f"writers/{WRITER}/{name}: it is no segment" in _why(log)


def test_a_segment_that_is_gone_is_a_claim_to_be_explained(tmp_path: Path) -> None:
    """
    With everything that the record about it has to name.
    """
    log = a_log(tmp_path / "log")
    log.layout.segment(WRITER, 0).unlink()
    walk = WriterWalk(WRITER)

    claims = walk_segments(log.folder, walk)

    assert [(0, 0, 9)] == [(claim.segment, claim.first_seq, claim.last_seq) for claim in claims]
    assert (16, 6) == (walk.size, walk.read)


def test_a_segment_without_file_and_seal_is_missing(tmp_path: Path) -> None:
    """
    In the middle of a writer.
    """
    log = a_log(tmp_path / "log")
    log.layout.segment(WRITER, 0).unlink()
    log.layout.seal(WRITER, 0).unlink()

    assert f"writers/{WRITER}/000000.jsonl, record 0: the file is missing, and no seal stands for it" == _why(
        log
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"writer": "another"}, "the seal is that of another segment"),
        ({"segment": 1}, "the seal is that of another segment"),
        ({"first_seq": 1}, "the file is no seal"),
        ({"records": 0}, "the file is no seal"),
        ({"records": "10"}, "the file is no seal"),
        ({"first_prev": "1" * 64}, "the seal does not continue what comes before it"),
        ({"last": "1" * 64}, "the file does not end where its seal says"),
        ({"last": "hello"}, "the file is no seal"),
        ({"peaks_after": ["1" * 64, "2" * 64]}, "the file does not end where its seal says"),
        ({"peaks_after": []}, "the file is no seal"),
        ({"peaks_before": ["1" * 64]}, "the seal does not continue what comes before it"),
        ({"sha256": "1" * 64}, "the file is not the one that its seal describes"),
        ({"bytes": 3}, "the file is not the one that its seal describes"),
        ({"first_time": "2020-01-01T00:00:00.000000Z"}, "000000.seal: it says other times or another end"),
        ({"last_time": "2020-01-01T00:00:00.000000Z"}, "000000.seal: it says other times or another end"),
        ({"is_final": True}, "000000.seal: it says other times or another end"),
    ],
)
def test_every_field_of_a_seal_is_held_against_the_records(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    """
    A seal that lies is found while the segment is there.
    """
    log = a_log(tmp_path / "log")
    _reseal(log, **change)

    assert why in _why(log)


def test_a_seal_of_before_names_the_digest_of_its_file(tmp_path: Path) -> None:
    """
    Logs that were begun with it go on being verified.
    """
    log = a_log(tmp_path / "log")
    _reseal(log, sha256=sha256(log.layout.segment(WRITER, 0).read_bytes()).hexdigest())

    assert [] == walk_segments(log.folder, WriterWalk(WRITER))
    assert read_seal(log.layout.seal(WRITER, 0).read_bytes()).sha256


def test_a_seal_that_is_none_is_named(tmp_path: Path) -> None:
    """
    Whatever stands in the file.
    """
    log = a_log(tmp_path / "log")
    log.layout.seal(WRITER, 0).write_text("hello")

    assert f"writers/{WRITER}/000000.seal: the file is no seal" == _why(log)


def test_a_segment_that_another_one_follows_ends_with_log_rotated(tmp_path: Path) -> None:
    """
    Else somebody has cut the file in two.
    """
    log = a_log(tmp_path / "log")
    first, second = log.layout.segment(WRITER, 0), log.layout.segment(WRITER, 1)
    lines = first.read_bytes().splitlines(keepends=True)
    first.write_bytes(b"".join(lines[:-2]))
    second.write_bytes(b"".join(lines[-2:]) + second.read_bytes())
    for number in (0, 1):
        log.layout.seal(WRITER, number).unlink()

    assert f"writers/{WRITER}/000001.jsonl, line 1, record 8: the segment before it does not end" in _why(log)
