"""Numbered files, packed or not, are one list."""

import gzip
from pathlib import Path

import pytest

from gateway.audit.verify.finding import Broken
from gateway.audit.verify.folder import verify_folder
from gateway.audit.verify.heads import KeptCheckpoint
from gateway.audit.verify.listing import lines_of
from tests.fakes.audit_logs import SmallLog, a_log
from tests.fakes.packed import pack_all, thin_all


def test_a_numbered_file_that_is_missing_or_short_is_named(tmp_path: Path) -> None:
    """
    No file of a series can be dropped, nor a line of one that is packed.
    """
    (tmp_path / "heads").mkdir()
    second, first = (tmp_path / "heads" / f"{number:08d}.jsonl" for number in (1, 0))
    second.write_bytes(b"x\n")

    assert "heads/00000000.jsonl: the file is missing" == _why(tmp_path, "heads")
    first.write_bytes(b"x\n")
    assert "heads/00000000.jsonl, line 1: it has 1 lines and should have 65536" == _why(tmp_path, "heads")
    pack_all(tmp_path)
    assert "heads/00000000.jsonl.gz, line 1: it has 1 lines and should have 65536" == _why(tmp_path, "heads")


def test_of_checkpoints_a_packed_file_may_have_fewer(tmp_path: Path) -> None:
    """
    But not none.
    """
    (tmp_path / "checkpoints").mkdir()
    first, second = (tmp_path / "checkpoints" / f"{number:08d}.jsonl" for number in (0, 1))
    (tmp_path / "checkpoints/00000000.jsonl.gz").write_bytes(gzip.compress(b"x\ny\n"))
    second.write_bytes(b"z\n")

    assert [
        ("checkpoints/00000000.jsonl.gz", 1, b"x\n"),
        ("checkpoints/00000000.jsonl.gz", 2, b"y\n"),
        ("checkpoints/00000001.jsonl", 1, b"z\n"),
    ] == list(lines_of(tmp_path, "checkpoints"))
    first.with_suffix(".jsonl.gz").write_bytes(gzip.compress(b""))
    assert "it has 0 lines" in _why(tmp_path, "checkpoints")


def test_where_a_file_is_there_twice_the_plain_one_counts(tmp_path: Path) -> None:
    """
    It was being packed when it was looked at, or when its process died.
    """
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads/00000000.jsonl").write_bytes(b"x\n")
    (tmp_path / "heads/00000000.jsonl.gz").write_bytes(b"half")

    assert [("heads/00000000.jsonl", 1, b"x\n")] == list(lines_of(tmp_path, "heads"))


def _why(folder: Path, part: str) -> str:
    with pytest.raises(Broken) as failure:
        list(lines_of(folder, part))
    return str(failure.value)


def _packed_log(folder: Path, *, is_thin: bool = False) -> SmallLog:
    log = a_log(folder)
    if is_thin:
        thin_all(log.folder)
    pack_all(log.folder)
    return log


@pytest.mark.parametrize("is_thin", [False, True])
def test_a_packed_log_is_a_good_one(tmp_path: Path, *, is_thin: bool) -> None:
    """
    Under every checkpoint that was ever signed, those among them that the log itself keeps no more.
    """
    log = _packed_log(tmp_path / "log", is_thin=is_thin)

    report = verify_folder(
        log.folder, pins=[log.pin], anchors=[KeptCheckpoint("kept", note) for note in log.notes]
    )

    assert [] == report.findings
    assert (4, is_thin) == (report.anchors, report.checkpoints < len(log.notes))


@pytest.mark.parametrize("part", ["heads", "checkpoints"])
@pytest.mark.parametrize("damage", ["cut", "flip", "append", "empty", "other"])
def test_a_packed_file_that_was_altered_is_named(tmp_path: Path, part: str, damage: str) -> None:
    """
    Whatever was done to its bytes: it is read to its end, or it is found.
    """
    log = _packed_log(tmp_path / "log")
    path = log.folder / part / "00000000.jsonl.gz"
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "cut": data[:middle],
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "append": data + b"hello",
            "empty": b"",
            "other": gzip.compress(b"hello\n"),
        }[damage]
    )

    found = verify_folder(log.folder, pins=[log.pin]).findings

    assert found
    assert found[0].file.startswith((part, "checkpoint"))


@pytest.mark.parametrize(
    ("old", "new"), [(b'"records":16', b'"records":15'), (b"Z", b"z"), (b"root", b"r00t")]
)
def test_an_altered_head_that_was_packed_again_is_found(tmp_path: Path, old: bytes, new: bytes) -> None:
    """
    By the checkpoints over it.
    """
    log = _packed_log(tmp_path / "log")
    path = log.folder / "heads/00000000.jsonl.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(old, new, 1)))

    assert verify_folder(log.folder, pins=[log.pin]).findings
