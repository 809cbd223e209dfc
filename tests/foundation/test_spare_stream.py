"""A stream that never waits for its reader."""

import contextlib
import os
import select
import threading
from collections.abc import Iterator

import pytest

from gateway.foundation.spare_stream import SpareStream


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a real pipe."""
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        os.close(end)


def say(stream: SpareStream, line: str) -> None:
    """Write a line as `print` does."""
    print(line, file=stream, flush=True)


def fill(writing: int) -> None:
    """Fill a pipe until it would block."""
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * select.PIPE_BUF)
    os.set_blocking(writing, True)


def test_a_line_is_written_at_once(pipe: tuple[int, int]) -> None:
    """
    Whole, with its end, also where it holds what is no Unicode.
    """
    stream = SpareStream(pipe[1])

    say(stream, "one \ud800")

    assert b"one \\ud800\n" == os.read(pipe[0], 100)
    assert (0, False) == (stream.lost, stream.isatty())


def test_a_full_pipe_costs_the_line_and_no_time(pipe: tuple[int, int]) -> None:
    """
    Blocking would hold every request; once somebody reads, lines come again.
    """
    stream = SpareStream(pipe[1])
    fill(pipe[1])

    say(stream, "dropped")

    assert 1 == stream.lost
    while select.select([pipe[0]], [], [], 0)[0]:
        os.read(pipe[0], 65536)
    say(stream, "again")
    assert b"again\n" == os.read(pipe[0], 100)


def test_a_reader_who_is_gone_costs_the_line() -> None:
    """
    The process goes on.
    """
    reading, writing = os.pipe()
    os.close(reading)
    stream = SpareStream(writing)

    say(stream, "nobody hears")
    os.close(writing)

    assert 1 == stream.lost


def test_a_line_too_long_for_one_write_is_cut(pipe: tuple[int, int]) -> None:
    """
    What does not fit could block.
    """
    say(SpareStream(pipe[1]), "x" * 10_000)

    assert b"x" * (select.PIPE_BUF - 1) + b"\n" == os.read(pipe[0], 20_000)


@pytest.mark.slow
def test_several_who_share_a_full_pipe_never_wait(pipe: tuple[int, int]) -> None:
    """
    Workers have one standard error: the room that one saw is another's by the time it writes.
    """
    together = threading.Barrier(6)
    shouts = [threading.Thread(target=_shout, args=(pipe[1], together), daemon=True) for _ in range(6)]

    for one in shouts:
        one.start()
    for one in shouts:
        one.join(5)

    assert [False] * 6 == [one.is_alive() for one in shouts]


def _shout(writing: int, together: threading.Barrier) -> None:
    stream = SpareStream(writing)
    together.wait()
    for _ in range(500):
        say(stream, "x" * 3000)
