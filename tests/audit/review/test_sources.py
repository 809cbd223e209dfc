"""The files of records behind a path."""

from pathlib import Path

import pytest

from gateway.audit.review.sources import NothingThere, files_of
from tests.fakes.audit_logs import WRITER, a_log


def test_a_log_stands_for_its_segments(tmp_path: Path) -> None:
    """
    Heads and checkpoints are no records.
    """
    log = a_log(tmp_path / "log")

    found = files_of([log.folder])

    assert [log.layout.segment(WRITER, 0), log.layout.segment(WRITER, 1)] == found


def test_other_folders_and_files_are_taken_as_they_are(tmp_path: Path) -> None:
    """
    An export is searched like a log; what is named twice counts once.
    """
    for name in ("a.parquet", "b.jsonl", "c.txt"):
        (tmp_path / name).write_text("x")

    found = files_of([tmp_path, tmp_path / "a.parquet"])

    assert [tmp_path / "a.parquet", tmp_path / "b.jsonl"] == found


def test_a_path_without_records_is_named(tmp_path: Path) -> None:
    """
    A typing mistake is not an empty log.
    """
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NothingThere, match=str(path)):
            files_of([path])
