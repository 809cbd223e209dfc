"""The disk under a log."""

import os
from pathlib import Path

import pytest

from gateway.audit.disk import Disk, try_lock


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    """
    No draft stays beside it, and only its owner reads it.
    """
    path = tmp_path / "head"
    Disk().replace(path, b"one")

    Disk().replace(path, b"two", lasting=False)

    assert ["head"] == [path.name for path in tmp_path.iterdir()]
    assert (b"two", 0o600) == (path.read_bytes(), path.stat().st_mode & 0o777)


def test_everything_is_written_however_small_the_pieces(tmp_path: Path) -> None:
    """
    A pipe takes less than it is given; the rest follows.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    data = os.urandom(60_000)
    Disk().write(writer, data)

    assert data == os.read(reader, 100_000)
    os.close(reader)
    os.close(writer)


def test_a_new_file_must_be_new(tmp_path: Path) -> None:
    """
    A segment is never written over.
    """
    path = tmp_path / "segment"
    os.close(Disk().open(path, is_new=True))

    with pytest.raises(FileExistsError):
        Disk().open(path, is_new=True)
    os.close(Disk().open(path, is_new=False))


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    """
    Until it is released.
    """
    held = try_lock(tmp_path / "lock")
    assert held is not None
    assert try_lock(tmp_path / "lock") is None

    held.release()

    again = try_lock(tmp_path / "lock")
    assert again is not None
    again.release()


def test_the_room_left_is_what_a_user_may_have(tmp_path: Path) -> None:
    """
    Some bytes, on a disk that is not full.
    """
    assert Disk().free_bytes(tmp_path) > 0
