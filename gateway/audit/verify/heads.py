"""What the host has sworn to: heads of its writers, and the checkpoints over them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import Any, overload

from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.verify.finding import Broken, broken
from gateway.audit.verify.listing import lines_of
from gateway.audit.verify.signatures import KeyHistory, SignedPoint, opened_at
from gateway.audit.verify.walk import SwornHead

_HEX = re.compile(r"[0-9a-f]{64}")
_HEAD = Struct("<QQ32s32s")
_POINT = Struct("<Q32sII")
_MOST = 1 << 63


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that somebody keeps: where it was found, and its text."""

    place: str
    note: str


class SwornHeads(Sequence[SwornHead]):
    """The heads of a writer, packed: of a log of years there are a hundred million."""

    def __init__(self) -> None:
        self._packed = bytearray()

    def append(self, head: SwornHead) -> None:
        """Take in the next one."""
        self._packed += _HEAD.pack(head.number, head.records, head.root, bytes.fromhex(head.last.decode()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed) // _HEAD.size

    @overload
    def __getitem__(self, index: int) -> SwornHead: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SwornHead]: ...
    def __getitem__(self, index: int | slice) -> SwornHead | Sequence[SwornHead]:
        """Return one of them, or some."""
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        number, records, root, last = _HEAD.unpack_from(self._packed, place * _HEAD.size)
        return SwornHead(number, records, root, last.hex().encode())


@dataclass(slots=True)
class Oath:
    """
    What is sworn of each writer.

    `checkpoints` is how many were checked, `kept` how many that are kept elsewhere,
    `unsigned` how many of the last heads no checkpoint covers yet, `last_writer` whose
    head the newest checkpoint covers last.
    """

    heads: dict[str, SwornHeads] = field(default_factory=dict)
    newest: SignedPoint | None = None
    last_writer: str = ""
    kept: int = 0
    checkpoints: int = 0
    unsigned: int = 0


def read_oath(folder: Path, keys: KeyHistory, kept: Sequence[KeptCheckpoint] = ()) -> Oath:
    """Check every checkpoint over the heads, those kept elsewhere too, and return what is sworn."""
    oath, listing = Oath(), _Listing(_newest_of(folder))
    points, places = _own_points(folder, keys, oath, listing)
    elsewhere = [(one.place, opened_at(one.note, keys, one.place)) for one in kept_of(keys, kept)]
    oath.kept = len(elsewhere)
    _check_newest(folder, listing, _newest_of(folder))
    roots = dict.fromkeys((point.size for _, point in elsewhere), b"")
    size = _read_heads(folder, oath, _Points(points, places), roots)
    for place, point in elsewhere:
        if point.size > size:
            raise _beyond(size, point.size, place)
        if roots[point.size] != point.root:
            raise _other_heads(point.size, place, None)
    oath.unsigned = size - (oath.newest.size if oath.newest else 0)
    return oath


class _Points:
    """The log's own checkpoints in their order, held against the heads while those are read."""

    def __init__(self, packed: bytearray, places: Sequence[str]) -> None:
        self._places = places
        self._due = _POINT.iter_unpack(packed)
        self._next = next(self._due, None)

    def hold(self, tree: Frontier) -> None:
        """Raise `Broken` if a checkpoint of this size has another root."""
        while self._next is not None and self._next[0] == tree.size:
            size, root, place, line = self._next
            if root != tree.root():
                raise _other_heads(size, self._places[place], line)
            self._next = next(self._due, None)

    def finish(self, tree: Frontier) -> None:
        """Raise `Broken` if a checkpoint is left that swears to more heads than there are."""
        if self._next is not None:
            raise _beyond(tree.size, self._next[0], self._places[self._next[2]])


def _read_heads(folder: Path, oath: Oath, points: _Points, roots: dict[int, bytes]) -> int:
    """Take in every head, fill in the roots of these sizes, and return how many heads there are."""
    tree = Frontier()
    newest = oath.newest.size if oath.newest is not None else 0
    points.hold(tree)
    if 0 in roots:
        roots[0] = tree.root()
    for file, number, line in lines_of(folder, "heads"):
        if not line.endswith(b"\n"):
            break  # A write that was cut; if a checkpoint covers it, that says so.
        writer, head = _head(line, file, number, tree.size)
        _append(oath.heads.setdefault(writer, SwornHeads()), head, file=file, line=number)
        tree.append(leaf_hash(line[:-1]))
        points.hold(tree)
        if tree.size in roots:
            roots[tree.size] = tree.root()
        if tree.size == newest:
            oath.last_writer = writer
    points.finish(tree)
    return tree.size


def _beyond(size: int, sworn: int, place: str) -> Broken:
    gone = f"heads {size} to {sworn - 1} are missing"
    return broken("heads", f"{gone}: the checkpoint in {place} swears to {sworn}")


def _other_heads(size: int, place: str, line: int | None) -> Broken:
    return broken(place, f"the heads before {size} are not those that this checkpoint swears to", line=line)


@dataclass(slots=True)
class _Listing:
    """What is remembered of the list of checkpoints: its length, its end, and if a certain one is in it."""

    before: str | None
    has_before: bool = False
    count: int = 0
    last: tuple[str, ...] = ()

    def take(self, note: str) -> None:
        """Take in the next one."""
        self.has_before = self.has_before or note == self.before
        self.count, self.last = self.count + 1, (*self.last[-1:], note)


def _own_points(folder: Path, keys: KeyHistory, oath: Oath, listing: _Listing) -> tuple[bytearray, list[str]]:
    """Check the checkpoints by themselves; return size, root and place of each, packed, and their files."""
    packed, places = bytearray(), [""]
    before: SignedPoint | None = None
    for place, number, line in lines_of(folder, "checkpoints"):
        if not line.endswith(b"\n"):
            break
        note = _note_of(line, place, number)
        listing.take(note)
        point = opened_at(note, keys, place, number)
        if before is not None and point.size < before.size:
            raise broken(
                place, f"it swears to {point.size} heads, the one before to {before.size}", line=number
            )
        if before is not None and (point.time < before.time or point.epoch < before.epoch):
            raise broken(place, "it is older than the one before it", line=number)
        oath.checkpoints, oath.newest, before = oath.checkpoints + 1, point, point
        if place != places[-1]:
            places.append(place)
        packed += _POINT.pack(min(point.size, _MOST), point.root, len(places) - 1, number)
    return packed, places


def _newest_of(folder: Path) -> str | None:
    try:
        return (folder / "checkpoint").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _check_newest(folder: Path, listing: _Listing, after: str | None) -> None:
    """
    Hold the file `checkpoint` against the list, as it was before and after the list was read.

    A gateway that runs (or died between two writes) may have listed one more
    than its file says, never the other way round.
    """
    if listing.before is not None and not listing.has_before:
        raise broken("checkpoint", "it is not among those in checkpoints/, where it was written first")
    if listing.count > 1 and after is None:
        raise broken("checkpoint", "the file is missing")
    if after is None or after in listing.last:
        return
    for place, number, line in lines_of(folder, "checkpoints"):
        note = _note_of(line, place, number)
        if note == after:
            raise broken("checkpoint", "it is older than the last ones in checkpoints/")
        if note in listing.last:
            # What comes now was listed since.
            return


def _note_of(line: bytes, place: str, number: int) -> str:
    try:
        said: Any = json.loads(line)
        if set(said) == {"note"} and isinstance(said["note"], str):
            note: str = said["note"]
            return note
    except (ValueError, TypeError, RecursionError):
        pass
    raise broken(place, "the line is no checkpoint", line=number)


def _head(line: bytes, file: str, number: int, index: int) -> tuple[str, SwornHead]:
    try:
        said: Mapping[str, Any] = json.loads(line)
        writer, root, last = said["writer"], said["root"], said["last"]
        records = int(said["records"])
        if isinstance(writer, str) and _HEX.fullmatch(root) and _HEX.fullmatch(last) and 0 <= records < _MOST:
            return writer, SwornHead(index, records, bytes.fromhex(root), last.encode())
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise broken(file, "the line is no head", line=number)


def _append(heads: SwornHeads, head: SwornHead, *, file: str, line: int) -> None:
    if heads and head.records < heads[-1].records:
        what = f"it swears to {head.records} records of the writer, an earlier one to {heads[-1].records}"
        raise broken(file, what, line=line)
    heads.append(head)


def kept_of(keys: KeyHistory, kept: Sequence[KeptCheckpoint]) -> list[KeptCheckpoint]:
    """Return those of this log, as several logs may be kept in one place; raise `Broken` if none is."""
    own = [one for one in kept if not keys.is_of_another(one.note)]
    if kept and not own:
        raise broken(kept[0].place, "it belongs to another log, and so do all others that were given")
    return own


def kept_checkpoints(paths: Iterable[Path]) -> list[KeptCheckpoint]:
    """Return the checkpoints in these files and folders, as anchors keep them; raise `Broken` without any."""
    found: list[KeptCheckpoint] = []
    for path in paths:
        files = _files_in(path) if path.is_dir() else [path]
        if not files:
            # Such as a mount that is missing: without it a rollback would not be seen, and nobody would know.
            raise broken(str(path), "no checkpoint is kept there")
        for file in sorted(files):
            found += _kept_in(file)
    return found


def _files_in(folder: Path) -> list[Path]:
    # What begins with a dot is the draft of a process that died.
    return [file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(".")]


def _kept_in(file: Path) -> list[KeptCheckpoint]:
    """A file holds one note, or one on each line as `checkpoints/` writes them."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if not text.startswith("{"):
        return [KeptCheckpoint(str(file), text)]
    return [
        KeptCheckpoint(f"{file}, line {number}", _note_of(line.encode(), str(file), number))
        for number, line in enumerate(text.splitlines(), start=1)
    ]
