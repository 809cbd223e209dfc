"""A proof that the records of one request are in the log, for someone who has neither log nor trust."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from gateway.audit.checkpoint import BadNote, Checkpoint, Head, read_note
from gateway.audit.layout import HEADS_IN_A_FILE, Layout, Seal
from gateway.audit.merkle import leaf_hash
from gateway.audit.packing import is_there, lines_in
from gateway.audit.record import Envelope, read_envelope
from gateway.audit.review.paths import PathFinder
from gateway.audit.review.reading import record_of
from gateway.audit.verify.bundle import PROOF_FORMAT, PROOF_VERSION

_SPECIFICATION = "docs/audit-spec.md, version 1"


class CannotProve(Exception):
    """There is nothing to prove, or not yet; the message says which."""


@dataclass(frozen=True, slots=True)
class _FoundRecord:
    line: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class _SwornTo:
    """A head that covers a record: its line and its number."""

    line: bytes
    number: int
    head: Head


def prove_in(folders: Sequence[Path], request_id: str, *, note: str | None = None) -> dict[str, Any]:
    """Return the proof from the first log that has the request; a gateway that changed its disk has two."""
    failure = CannotProve("There is no log.")
    for folder in folders:
        try:
            return prove(folder, request_id, note=note)
        except CannotProve as error:
            failure = error
    raise failure


def prove(folder: Path, request_id: str, *, note: str | None = None) -> dict[str, Any]:
    """
    Return the proof of a request's records under the newest checkpoint, or under this one.

    Someone who keeps a checkpoint of their own is given the proof under that.
    """
    layout = Layout(folder)
    found = list(_records_of(layout, request_id))
    if not found:
        raise CannotProve(f"No record of the request {request_id[:80]} is here. It may have expired.")
    text = note if note is not None else _newest(layout)
    checkpoint = _read(text)
    last = _last_heads(layout, checkpoint.size, {record.envelope.writer for record in found})
    sworn = [_sworn_to(record, last) for record in found]
    tree = PathFinder(checkpoint.size, {one.number for one in sworn})
    # Read again, and not held: a log of years has a hundred million.
    for line in _heads(layout, checkpoint.size):
        tree.add(leaf_hash(line))
    paths = _record_paths(layout, found, sworn)
    return {
        "format": PROOF_FORMAT,
        "version": PROOF_VERSION,
        "specification": _SPECIFICATION,
        "request_id": request_id,
        "origin": checkpoint.origin,
        "epochs": [json.loads(line) for line in layout.epochs.read_bytes().splitlines()],
        "checkpoint": text,
        "records": [
            {
                "line": record.line.decode(),
                "path": paths[record.envelope.writer, record.envelope.seq],
                "head": {
                    "line": one.line.decode(),
                    "index": one.number,
                    "path": _hex(tree.path(one.number)),
                },
            }
            for record, one in zip(found, sworn, strict=True)
        ],
    }


def _records_of(layout: Layout, request_id: str) -> Iterator[_FoundRecord]:
    needle = b'"request_id":' + json.dumps(request_id, ensure_ascii=False).encode()
    for path in sorted(layout.writers.glob("*/*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                if needle in line and _is_of(line, request_id):
                    text = line.rstrip(b"\n")
                    if (envelope := read_envelope(text)) is not None:
                        yield _FoundRecord(text, envelope)


def _is_of(line: bytes, request_id: str) -> bool:
    """Return whether a record is about the request: one of a look at it names it, too, deeper inside."""
    record = record_of(line)
    return record is not None and record.get("request_id") == request_id


def _newest(layout: Layout) -> str:
    try:
        return layout.newest_checkpoint.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CannotProve("No checkpoint was signed yet, so there is nothing to prove with.") from error


def _read(note: str) -> Checkpoint:
    try:
        return read_note(note)
    except BadNote as error:
        raise CannotProve(f"The checkpoint cannot be used: it {error}.") from error


def _heads(layout: Layout, count: int) -> Iterator[bytes]:
    number = 0
    while is_there(path := layout.heads(number)):
        for line in lines_in(path):
            if count <= 0:
                return
            count -= 1
            yield line
        number += HEADS_IN_A_FILE


def _last_heads(layout: Layout, size: int, writers: set[str]) -> dict[str, tuple[bytes, int]]:
    """Return the last head of each of these writers under a checkpoint; most records share it so."""
    needles = {writer: b'"writer":"' + writer.encode() + b'"' for writer in writers}
    last: dict[str, tuple[bytes, int]] = {}
    count = 0
    for line in _heads(layout, size):
        for writer, needle in needles.items():
            if needle in line:
                last[writer] = (line, count)
        count += 1
    if count < size:
        raise CannotProve(f"The checkpoint covers {size} heads, and {count} are here.")
    return last


def _sworn_to(record: _FoundRecord, last: Mapping[str, tuple[bytes, int]]) -> _SwornTo:
    writer, seq = record.envelope.writer, record.envelope.seq
    if (found := last.get(writer)) is not None:
        line, number = found
        head = msgspec.json.decode(line, type=Head)
        if head.records > seq:
            return _SwornTo(line, number, head)
    raise CannotProve(
        f"Record {seq} of {writer} is not covered by the checkpoint yet. "
        "Try again in a second, or name a later checkpoint."
    )


def _record_paths(
    layout: Layout, found: list[_FoundRecord], sworn: list[_SwornTo]
) -> dict[tuple[str, int], list[str]]:
    paths: dict[tuple[str, int], list[str]] = {}
    for writer, size in {(one.head.writer, one.head.records) for one in sworn}:
        wanted = [record.envelope.seq for record in found if record.envelope.writer == writer]
        finder = PathFinder(size, wanted)
        _pass_by(layout, writer, finder, size)
        paths |= {(writer, seq): _hex(finder.path(seq)) for seq in wanted}
    return paths


def _pass_by(layout: Layout, writer: str, finder: PathFinder, size: int) -> None:
    """Show the finder every record of a writer; an expired segment is passed over with its seal."""
    number = 0
    while finder.count < size:
        path, sealed = layout.segment(writer, number), layout.seal(writer, number)
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    if finder.count < size:
                        finder.add(leaf_hash(line.rstrip(b"\n")))
        elif sealed.exists():
            seal = msgspec.json.decode(sealed.read_bytes(), type=Seal)
            peaks = [bytes.fromhex(peak) for peak in seal.peaks_after]
            finder.begin(seal.first_seq + seal.records, peaks)
        else:
            raise CannotProve(f"Segment {number} of {writer} is missing. Verify the log first.")
        number += 1


def _hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]
