"""What is full and old is packed."""

import base64
import gzip
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.checkpoint import Head, encode_head
from gateway.audit.disk import Disk
from gateway.audit.layout import HEADS_IN_A_FILE, Layout
from gateway.audit.packing import by_the_minute, is_there, lines_in, pack, packed
from gateway.audit.record import time_text

ROOT = base64.b64encode(bytes(32)).decode()
START = 1_800_000_000.0


def a_checkpoint(second: float, epoch: int = 1) -> bytes:
    """A line as `checkpoints/` has it, of this moment; nobody signed it."""
    text = f"o\n7\n{ROOT}\ntime {time_text(START + second)}\nepoch {epoch}\n\n— o AAAA\n"
    return msgspec.json.encode({"note": text})


def a_head(number: int) -> bytes:
    return encode_head(Head(writer="w", records=number, root="", last="", time=time_text(START)))


def write(path: Path, lines: list[bytes]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


@pytest.mark.slow
def test_full_files_are_packed_and_the_last_one_stays(tmp_path: Path) -> None:
    """
    Heads all, checkpoints by the minute; a second time there is nothing to do.
    """
    layout = Layout(tmp_path)
    heads = [a_head(number) for number in range(2 * HEADS_IN_A_FILE + 3)]
    notes = [a_checkpoint(number) for number in range(HEADS_IN_A_FILE + 1)]
    for first in range(0, len(heads), HEADS_IN_A_FILE):
        write(layout.heads(first), heads[first : first + HEADS_IN_A_FILE])
    write(layout.checkpoints(0), notes[:HEADS_IN_A_FILE])
    write(layout.checkpoints(HEADS_IN_A_FILE), notes[HEADS_IN_A_FILE:])

    counts = [pack(layout, Disk()), pack(layout, Disk())]

    assert [3, 0] == counts
    assert heads == [
        line for first in range(0, len(heads), HEADS_IN_A_FILE) for line in lines_in(layout.heads(first))
    ]
    kept = list(lines_in(layout.checkpoints(0)))
    assert (1094, notes[0], notes[HEADS_IN_A_FILE - 1]) == (len(kept), kept[0], kept[-1])
    assert ["00000000.jsonl.gz", "00000001.jsonl"] == sorted(
        path.name for path in (tmp_path / "checkpoints").iterdir()
    )


@pytest.mark.slow
def test_a_cut_between_two_files_is_mended_the_next_time(tmp_path: Path) -> None:
    """
    The packed one is there, half of it or all, and so is the plain one, which counts.
    """
    layout = Layout(tmp_path)
    heads = [a_head(number) for number in range(HEADS_IN_A_FILE + 1)]
    write(layout.heads(0), heads[:-1])
    write(layout.heads(HEADS_IN_A_FILE), heads[-1:])
    packed(layout.heads(0)).write_bytes(b"half")
    before = list(lines_in(layout.heads(0)))

    count = pack(layout, Disk())

    assert (1, False, heads[:-1]) == (count, layout.heads(0).exists(), before)
    assert before == list(lines_in(layout.heads(0)))


def test_a_file_that_is_not_whole_stays_as_it_is(tmp_path: Path) -> None:
    """
    It is for the verifier.
    """
    layout = Layout(tmp_path)
    write(layout.heads(0), [a_head(1)])
    write(layout.heads(HEADS_IN_A_FILE), [a_head(2)])

    assert 0 == pack(layout, Disk())
    assert [a_head(1)] == list(lines_in(layout.heads(0)))


@pytest.mark.parametrize("data", [b"", b"hello", gzip.compress(b"a\nb\n", mtime=0)[:-9]])
def test_what_cannot_be_unpacked_is_as_good_as_empty(tmp_path: Path, data: bytes) -> None:
    """
    Which no checkpoint agrees with.
    """
    path = tmp_path / "00000000.jsonl"
    packed(path).write_bytes(data)

    assert [] == list(lines_in(path))
    assert is_there(path)
    assert not is_there(tmp_path / "00000001.jsonl")


@given(st.lists(st.tuples(st.floats(0, 400), st.integers(1, 3)), min_size=1))
def test_of_checkpoints_each_minute_of_each_key_stays(moments: list[tuple[float, int]]) -> None:
    """
    In their order, and the last one always.
    """
    moments.sort(key=lambda one: (one[1], one[0]))
    lines = [a_checkpoint(*one) for one in moments]

    kept = by_the_minute(lines)

    rest = iter(lines)
    assert all(line in rest for line in kept)
    assert (lines[0], lines[-1]) == (kept[0], kept[-1])
    assert minutes_of(lines) == minutes_of(kept)
    assert len(kept) <= len(minutes_of(lines)) + 1


def minutes_of(lines: list[bytes]) -> set[tuple[bytes, bytes]]:
    """Minute and key of each."""
    return {(line.partition(b"time ")[2][:16], line.partition(b"epoch ")[2][:1]) for line in lines}


def test_a_checkpoint_that_cannot_be_read_stays() -> None:
    """
    It is for the verifier, who names it.
    """
    lines = [a_checkpoint(1), b"hello", b'{"note":"hello"}', b"{}", a_checkpoint(2), a_checkpoint(3)]

    assert lines == by_the_minute(lines)
