"""
Heads and checkpoints that are full and old are packed: they are never deleted, and soon outgrow the rest.

Heads are packed as they are: each is a leaf of the tree that is signed, so that
every checkpoint that anybody keeps can be held against it for ever. Of checkpoints
in a full file one is kept for each minute: what they swear to, the later ones
swear to as well.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from gateway.audit.checkpoint import BadNote, read_note
from gateway.audit.disk import Disk
from gateway.audit.layout import HEADS_IN_A_FILE, Layout

_MINUTE = len("2027-01-15T08:00")


def is_there(path: Path) -> bool:
    """Return whether a file of heads or checkpoints is there, packed or not."""
    return path.exists() or packed(path).exists()


def packed(path: Path) -> Path:
    """Return the file that a full one becomes."""
    return path.with_name(f"{path.name}.gz")


def lines_in(path: Path) -> Iterator[bytes]:
    """
    Yield the whole lines of a file, packed or not, without line feeds.

    One that cannot be unpacked is as good as empty: no checkpoint agrees with that.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        # The packed one was there before this one went.
        data = _unpacked(packed(path).read_bytes())
    yield from data.split(b"\n")[:-1]


def pack(layout: Layout, disk: Disk) -> int:
    """
    Pack every full file but the last of its kind, and return how many there were.

    Nobody writes to them any more. First the packed file is on the disk, then the other one goes;
    of two that a cut left, the plain one is read, and packed again.
    """
    count = 0
    for path in _full(layout.heads):
        _replace(path, list(lines_in(path)), disk)
        count += 1
    for path in _full(layout.checkpoints):
        _replace(path, by_the_minute(list(lines_in(path))), disk)
        count += 1
    return count


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return b""


def _full(place: Callable[[int], Path]) -> Iterator[Path]:
    number = 0
    while is_there(place((number + 1) * HEADS_IN_A_FILE)):
        path = place(number * HEADS_IN_A_FILE)
        # One that is not whole is for the verifier.
        if path.exists() and path.read_bytes().count(b"\n") == HEADS_IN_A_FILE:
            yield path
        number += 1


def _replace(path: Path, lines: Sequence[bytes], disk: Disk) -> None:
    disk.replace(packed(path), gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))
    path.unlink()


def by_the_minute(lines: Sequence[bytes]) -> list[bytes]:
    """Return the first of each minute and key, and the last of all; those that cannot be read stay."""
    kept: list[bytes] = []
    before: tuple[str, int] | None = None
    for line in lines[:-1]:
        moment: tuple[str, int] | None = None
        with suppress(msgspec.MsgspecError, BadNote, KeyError):
            checkpoint = read_note(msgspec.json.decode(line, type=dict[str, str])["note"])
            moment = checkpoint.time[:_MINUTE], checkpoint.epoch
        if moment is None or moment != before:
            kept.append(line)
        before = moment
    return [*kept, *lines[-1:]]
