"""Lines reach the file in their order; a disk that fails loses counted lines and nothing else."""

import asyncio
import contextlib
import errno
import os
import threading
import time
from pathlib import Path

import pytest

from gateway.foundation.line_writer import LineWriter


class Losses:
    """What `on_loss` heard."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, reason: str) -> None:
        """Hear a reason."""
        self.told.append(reason)


def a_writer(target: Path | int) -> tuple[LineWriter, Losses]:
    losses = Losses()
    return LineWriter(target, losses), losses


def test_lines_are_written_in_their_order(tmp_path: Path) -> None:
    """
    A batch keeps the order, and a second one is appended.
    """
    writer, losses = a_writer(tmp_path / "log")
    for line in (b"one\n", b"two\n"):
        writer.append(line)
    writer.flush()
    writer.append(b"three\n")

    writer.flush()

    assert b"one\ntwo\nthree\n" == (tmp_path / "log").read_bytes()
    assert (0, []) == (writer.lost, losses.told)


def test_nothing_is_written_before_the_flush(tmp_path: Path) -> None:
    """
    `append` touches no file.
    """
    writer, _ = a_writer(tmp_path / "log")

    writer.append(b"one\n")

    assert not (tmp_path / "log").exists()


def test_a_log_is_its_owners_alone(tmp_path: Path) -> None:
    """
    Nobody else on the machine may read it.
    """
    writer, _ = a_writer(tmp_path / "log")
    writer.append(b"one\n")

    writer.flush()

    assert 0o600 == (tmp_path / "log").stat().st_mode & 0o777


def test_a_rotated_log_is_begun_anew(tmp_path: Path) -> None:
    """
    Each batch opens the file by its name.
    """
    writer, _ = a_writer(tmp_path / "log")
    writer.append(b"old\n")
    writer.flush()
    (tmp_path / "log").rename(tmp_path / "log.1")
    writer.append(b"new\n")

    writer.flush()

    assert (b"old\n", b"new\n") == ((tmp_path / "log.1").read_bytes(), (tmp_path / "log").read_bytes())


def test_a_descriptor_can_be_written_to() -> None:
    """
    Standard output is one; it stays open.
    """
    reader, target = os.pipe()
    writer, _ = a_writer(target)
    writer.append(b"one\n")

    writer.flush()

    assert b"one\n" == os.read(reader, 100)
    os.close(target)
    os.close(reader)


def test_lines_that_cannot_be_written_are_counted_and_told_once(tmp_path: Path) -> None:
    """
    One batch of three lines is one message, which says how many and why.
    """
    writer, losses = a_writer(tmp_path / "missing" / "log")
    for _ in range(3):
        writer.append(b"line\n")

    writer.flush()

    assert 3 == writer.lost
    assert [f"3 lines could not be written: {os.strerror(errno.ENOENT)}"] == losses.told


def test_a_descriptor_that_cannot_be_written_to_loses_counted_lines(tmp_path: Path) -> None:
    """
    The same for a stream as for a file.
    """
    (tmp_path / "log").touch()
    target = os.open(tmp_path / "log", os.O_RDONLY)
    writer, losses = a_writer(target)
    writer.append(b"line\n")

    writer.flush()
    os.close(target)

    assert (1, 1) == (writer.lost, len(losses.told))


@pytest.mark.slow
def test_a_stream_that_nobody_reads_loses_counted_lines() -> None:
    """
    A full pipe is given up after a while, and what is read later is taken again.
    """
    reading, writing = os.pipe()
    losses = Losses()
    writer = LineWriter(writing, losses, patience_seconds=0.1)
    writer.append(b"x" * 1024 * 1024 + b"\n")
    writer.flush()
    lost, told = writer.lost, list(losses.told)

    os.set_blocking(reading, False)
    with contextlib.suppress(BlockingIOError):
        while os.read(reading, 65536):
            pass
    writer.append(b"later\n")
    writer.flush()

    assert (1, ["1 lines could not be written: nobody reads it"]) == (lost, told)
    assert b"later\n" == os.read(reading, 65536)
    os.close(reading)
    os.close(writing)


def test_lines_in_a_pipe_are_not_torn_by_another_writer() -> None:
    """
    Two workers with one standard output: whatever their batches, each line stays in one piece.
    """
    reading, writing = os.pipe()
    lines = {b"a" * 700 + b"\n", b"b" * 1100 + b"\n"}
    writers = []
    for line in lines:
        writer, _ = a_writer(writing)
        for _ in range(200):
            writer.append(line)
        writers.append(threading.Thread(target=writer.flush))
    pieces: list[bytes] = []
    reader = threading.Thread(target=lambda: pieces.extend(iter(lambda: os.read(reading, 65536), b"")))
    reader.start()

    for one in writers:
        one.start()
    for one in writers:
        one.join()
    os.close(writing)
    reader.join()
    os.close(reading)

    assert lines == set(b"".join(pieces).splitlines(keepends=True))


def test_a_large_batch_goes_through_a_pipe_whole() -> None:
    """
    Whoever reads gets every byte, however small the pipe.
    """
    reading, writing = os.pipe()
    writer, losses = a_writer(writing)
    line = bytes(range(256)) * 4096
    writer.append(line)
    pieces: list[bytes] = []
    reader = threading.Thread(target=lambda: pieces.extend(iter(lambda: os.read(reading, 65536), b"")))
    reader.start()

    writer.flush()

    os.close(writing)
    reader.join()
    os.close(reading)
    assert line == b"".join(pieces)
    assert [] == losses.told


def test_a_disk_that_recovers_is_used_again(tmp_path: Path) -> None:
    """
    A failing batch is gone; the next one is written.
    """
    writer, _ = a_writer(tmp_path / "missing" / "log")
    writer.append(b"lost\n")
    writer.flush()
    (tmp_path / "missing").mkdir()
    writer.append(b"kept\n")

    writer.flush()

    assert b"kept\n" == (tmp_path / "missing" / "log").read_bytes()
    assert 1 == writer.lost


def test_a_flush_of_nothing_does_nothing(tmp_path: Path) -> None:
    """
    No empty file is made, and a broken disk is no news.
    """
    writer, losses = a_writer(tmp_path / "log")
    broken, told = a_writer(tmp_path / "missing" / "log")

    writer.flush()
    broken.flush()

    assert not (tmp_path / "log").exists()
    assert ([], []) == (losses.told, told.told)


def test_the_backlog_is_bounded(tmp_path: Path) -> None:
    """
    Beyond sixteen megabytes the newest lines are dropped and counted; a flush makes room.
    """
    writer, _ = a_writer(tmp_path / "log")
    line = b"x" * (1024 * 1024 - 1) + b"\n"
    for _ in range(20):
        writer.append(line)
    lost = writer.lost
    writer.flush()

    writer.append(line)

    assert 3 == lost == writer.lost
    assert 17 * 1024 * 1024 == (tmp_path / "log").stat().st_size


def test_what_is_being_written_counts_as_backlog(tmp_path: Path) -> None:
    """
    A device that hangs does not make room for sixteen megabytes more.
    """
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer, _ = a_writer(fifo)
    line = b"x" * (1024 * 1024 - 1) + b"\n"
    for _ in range(10):
        writer.append(line)
    # Opening a fifo waits for its reader.
    thread = threading.Thread(target=writer.flush)
    thread.start()
    while writer._lines:
        time.sleep(0.001)
    for _ in range(10):
        writer.append(line)
    lost = writer.lost

    with fifo.open("rb") as reader:
        written = sum(map(len, iter(lambda: reader.read(65536), b"")))
    thread.join()

    assert 3 == lost
    assert 10 * 1024 * 1024 == written


@pytest.mark.slow
async def test_a_running_writer_writes_by_itself(tmp_path: Path) -> None:
    """
    Nobody has to flush what is appended while it runs.
    """
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer, _ = a_writer(fifo)
    task = asyncio.ensure_future(writer.run())
    writer.append(b"one\n")

    written = await asyncio.to_thread(fifo.read_bytes)

    task.cancel()
    assert b"one\n" == written


@pytest.mark.slow
async def test_the_last_flush_waits_for_the_batch_before_it(tmp_path: Path) -> None:
    """
    A writer cancelled in the middle of a batch still writes it, and the last lines follow it.
    """
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer, _ = a_writer(fifo)
    task = asyncio.ensure_future(writer.run())
    writer.append(b"first\n")
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.wait([task])
    writer.append(b"last\n")

    last = threading.Thread(target=writer.flush)
    last.start()
    descriptor = os.open(fifo, os.O_RDWR)
    last.join()

    written = os.read(descriptor, 100)
    os.close(descriptor)
    assert b"first\nlast\n" == written


def test_a_descriptor_of_a_file_takes_a_large_batch(tmp_path: Path) -> None:
    """
    Standard output may be a file; nothing waits for a reader there.
    """
    line = b"x" * 100_000 + b"\n"
    with (tmp_path / "log").open("wb") as file:
        writer, losses = a_writer(file.fileno())
        writer.append(line)
        writer.append(line)

        writer.flush()

    assert 2 * line == (tmp_path / "log").read_bytes()
    assert (0, []) == (writer.lost, losses.told)
