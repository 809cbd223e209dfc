"""What the host has sworn to: heads of its writers, and the checkpoints over them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.verify.finding import broken
from gateway.audit.verify.signatures import KeyHistory, SignedPoint, opened_at
from gateway.audit.verify.walk import SwornHead

_NUMBERED = re.compile(r"[0-9]{8}\.jsonl")
_IN_A_FILE = 65_536
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that somebody keeps: where it was found, and its text."""

    place: str
    note: str


@dataclass(slots=True)
class Oath:
    """
    What is sworn of each writer.

    `checkpoints` is how many were checked, `unsigned` how many of the last
    heads no checkpoint covers yet, `last_writer` whose head the newest
    checkpoint covers last.
    """

    heads: dict[str, list[SwornHead]] = field(default_factory=dict)
    newest: SignedPoint | None = None
    last_writer: str = ""
    checkpoints: int = 0
    unsigned: int = 0


def lines_of(folder: Path, part: str) -> Iterator[tuple[str, int, bytes]]:
    """Return every line of the numbered files of a part, with file and line; raise `Broken` at a gap."""
    names = sorted(path.name for path in (folder / part).glob("*") if _NUMBERED.fullmatch(path.name))
    for index, name in enumerate(names):
        place, expected = f"{part}/{name}", f"{index:08d}.jsonl"
        if name != expected:
            raise broken(f"{part}/{expected}", "the file is missing")
        number = 0
        with (folder / part / name).open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield place, number, line
        if number != _IN_A_FILE and index + 1 < len(names):
            raise broken(place, f"it has {number} lines and should have {_IN_A_FILE}", line=number)


def read_oath(folder: Path, keys: KeyHistory, kept: Sequence[KeptCheckpoint] = ()) -> Oath:
    """Check every checkpoint over the heads, those kept elsewhere too, and return what is sworn."""
    oath = Oath()
    newest, listed = _newest_of(folder), list[str]()
    points = [*_own_points(folder, keys, oath, listed), *_kept_points(kept, keys)]
    _check_newest(newest, _newest_of(folder), listed)
    tree = Frontier()
    roots = {0: tree.root()}
    wanted = {point.size for _, _, point in points}
    for file, number, line in lines_of(folder, "heads"):
        if not line.endswith(b"\n"):
            break  # A write that was cut; if a checkpoint covers it, that says so.
        writer, head = _head(line, file, number, tree.size)
        _append(oath.heads.setdefault(writer, []), head, file=file, line=number)
        tree.append(leaf_hash(line[:-1]))
        if tree.size in wanted:
            roots[tree.size] = tree.root()
            if oath.newest is not None and tree.size == oath.newest.size:
                oath.last_writer = writer
    for place, line_number, point in points:
        if point.size > tree.size:
            gone = f"heads {tree.size} to {point.size - 1} are missing"
            raise broken("heads", f"{gone}: the checkpoint in {place} swears to {point.size}")
        if roots[point.size] != point.root:
            what = f"the heads before {point.size} are not those that this checkpoint swears to"
            raise broken(place, what, line=line_number)
    oath.unsigned = tree.size - (oath.newest.size if oath.newest else 0)
    return oath


def _own_points(
    folder: Path, keys: KeyHistory, oath: Oath, listed: list[str]
) -> Iterator[tuple[str, int | None, SignedPoint]]:
    before: SignedPoint | None = None
    for place, number, line in lines_of(folder, "checkpoints"):
        if not line.endswith(b"\n"):
            break
        listed.append(_note_of(line, place, number))
        point = opened_at(listed[-1], keys, place, number)
        if before is not None and point.size < before.size:
            raise broken(
                place, f"it swears to {point.size} heads, the one before to {before.size}", line=number
            )
        if before is not None and (point.time < before.time or point.epoch < before.epoch):
            raise broken(place, "it is older than the one before it", line=number)
        oath.checkpoints, oath.newest, before = oath.checkpoints + 1, point, point
        yield place, number, point


def _newest_of(folder: Path) -> str | None:
    try:
        return (folder / "checkpoint").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _check_newest(before: str | None, after: str | None, listed: Sequence[str]) -> None:
    """
    Hold the file `checkpoint` against the list, as it was before and after the list was read.

    A gateway that runs (or died between two writes) may have listed one more
    than its file says, never the other way round.
    """
    if before is not None and before not in listed:
        raise broken("checkpoint", "it is not among those in checkpoints/, where it was written first")
    if len(listed) > 1 and after is None:
        raise broken("checkpoint", "the file is missing")
    if after in listed and after not in listed[-2:]:
        raise broken("checkpoint", "it is older than the last ones in checkpoints/")


def _kept_points(
    kept: Sequence[KeptCheckpoint], keys: KeyHistory
) -> Iterator[tuple[str, int | None, SignedPoint]]:
    for one in kept:
        yield one.place, None, opened_at(one.note, keys, one.place)


def _note_of(line: bytes, place: str, number: int) -> str:
    try:
        said: Any = json.loads(line)
        if set(said) == {"note"} and isinstance(said["note"], str):
            note: str = said["note"]
            return note
    except (ValueError, TypeError):
        pass
    raise broken(place, "the line is no checkpoint", line=number)


def _head(line: bytes, file: str, number: int, index: int) -> tuple[str, SwornHead]:
    try:
        said: Mapping[str, Any] = json.loads(line)
        writer, root, last = said["writer"], said["root"], said["last"]
        if isinstance(writer, str) and _HEX.fullmatch(root) and _HEX.fullmatch(last):
            return writer, SwornHead(index, int(said["records"]), bytes.fromhex(root), last.encode())
    except (ValueError, KeyError, TypeError):
        pass
    raise broken(file, "the line is no head", line=number)


def _append(heads: list[SwornHead], head: SwornHead, *, file: str, line: int) -> None:
    if heads and head.records < heads[-1].records:
        what = f"it swears to {head.records} records of the writer, an earlier one to {heads[-1].records}"
        raise broken(file, what, line=line)
    heads.append(head)


def kept_checkpoints(paths: Iterable[Path]) -> list[KeptCheckpoint]:
    """Return the checkpoints in these files and folders, as anchors keep them."""
    found: list[KeptCheckpoint] = []
    for path in paths:
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        for file in sorted(files):
            found += _kept_in(file)
    return found


def _kept_in(file: Path) -> list[KeptCheckpoint]:
    """A file holds one note, or one on each line as `checkpoints/` writes them."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if not text.startswith("{"):
        return [KeptCheckpoint(str(file), text)]
    return [
        KeptCheckpoint(f"{file}, line {number}", _note_of(line.encode(), str(file), number))
        for number, line in enumerate(text.splitlines(), start=1)
    ]
