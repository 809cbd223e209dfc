"""A write that never waits, also where another took the room."""

import contextlib
import os
import select
import socket
from pathlib import Path

import pytest

from gateway.foundation.instant_write import write_now

LINE = b"x" * select.PIPE_BUF


def fill(writing: int) -> None:
    """Write until there is no room."""
    with contextlib.suppress(BlockingIOError):
        while True:
            write_now(writing, LINE)


def test_a_full_pipe_is_not_waited_for() -> None:
    """
    Its mode, which all who write to it share, stays as it is; once it is read, it is written to again.
    """
    reading, writing = os.pipe()
    fill(writing)
    with pytest.raises(BlockingIOError):
        write_now(writing, b"more")
    is_shared_mode_kept = os.get_blocking(writing)
    os.read(reading, 1024 * 1024)

    written = write_now(writing, b"again")

    assert (True, 5, b"again") == (is_shared_mode_kept, written, os.read(reading, 100))
    os.close(reading)
    os.close(writing)


def test_a_full_socket_is_not_waited_for() -> None:
    """
    Journald gives a service one in place of a pipe; it stays open.
    """
    reading, writing = socket.socketpair()
    with reading, writing:
        fill(writing.fileno())
        with pytest.raises(BlockingIOError):
            write_now(writing.fileno(), b"more")
        while select.select([reading], [], [], 0)[0]:
            reading.recv(65536)

        written = write_now(writing.fileno(), b"again")

        assert (True, 5, b"again") == (writing.getblocking(), written, reading.recv(100))


def test_a_reader_who_is_gone_is_told() -> None:
    """
    As with an ordinary write.
    """
    reading, writing = os.pipe()
    os.close(reading)

    with pytest.raises(BrokenPipeError):
        write_now(writing, b"nobody")

    os.close(writing)


def test_a_file_is_written_to_where_it_stands(tmp_path: Path) -> None:
    """
    Another write goes behind the first.
    """
    with (tmp_path / "log").open("wb") as file:
        write_now(file.fileno(), b"one\n")
        write_now(file.fileno(), b"two\n")

    assert b"one\ntwo\n" == (tmp_path / "log").read_bytes()


def test_nothing_stays_open() -> None:
    """
    Whoever reads sees the end when the last writer has closed.
    """
    reading, writing = os.pipe()
    write_now(writing, b"last")
    os.close(writing)

    assert (b"last", b"") == (os.read(reading, 100), os.read(reading, 100))
    os.close(reading)
