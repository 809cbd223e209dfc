"""A small verifier of its own making, so that what is written is not only checked by who wrote it."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from gateway.audit.checkpoint import Epoch, Head, open_note
from gateway.audit.layout import Layout
from gateway.audit.merkle import root_of
from gateway.audit.record import NO_RECORD, read_envelope
from gateway.audit.segment import read_seal


class Faulty(AssertionError):
    """The log is not what it should be; the message names the place."""


def check_log(folder: Path) -> dict[str, int]:
    """Check a whole log and return how many records each writer has; raise `Faulty`."""
    layout = Layout(folder)
    leaves = {path.name: _leaves(layout, path.name) for path in sorted(layout.writers.iterdir())}
    heads = _heads(folder)
    for head in heads:
        mine = leaves.get(head.writer)
        _demand(mine is not None, f"{head.writer} is missing")
        _demand(len(mine or ()) >= head.records, f"{head.writer} lost records that were signed")
        covered = (mine or [])[: head.records]
        _demand(root_of(covered).hex() == head.root, f"{head.writer}: the root of {head.records}")
        _demand(covered[-1].hex() == head.last, f"{head.writer}: the last of {head.records}")
    _check_notes(folder, [sha256(b"\0" + msgspec.json.encode(head)).digest() for head in heads])
    return {writer: len(mine) for writer, mine in leaves.items()}


def _leaves(layout: Layout, writer: str) -> list[bytes]:
    leaves: list[bytes] = []
    prev, mono, event = NO_RECORD, 0, "nothing"
    number = 0
    while layout.segment(writer, number).exists():
        data = layout.segment(writer, number).read_bytes()
        first = len(leaves)
        lines = data.split(b"\n")
        sealed = layout.seal(writer, number)
        if sealed.exists():
            _demand(lines[-1] == b"", f"{writer} {number}: torn, though sealed")
        for line in lines[:-1]:
            envelope = read_envelope(line)
            place = f"{writer} {number} {len(leaves)}"
            _demand(envelope is not None, f"{place}: no record")
            assert envelope is not None
            _demand((envelope.seq, envelope.prev) == (len(leaves), prev), f"{place}: not the next")
            _demand(envelope.mono >= mono, f"{place}: time ran backwards")
            _demand(event not in ("log.closed", "log.recovered"), f"{place}: after the end")
            leaf = sha256(b"\0" + line).digest()
            leaves.append(leaf)
            prev, mono, event = leaf.hex(), envelope.mono, envelope.event
            json.loads(line)
        if sealed.exists():
            seal = read_seal(sealed.read_bytes())
            _demand(
                (seal.first_seq, seal.records, seal.last, seal.bytes)
                == (first, len(leaves) - first, prev, len(data)),
                f"{writer} {number}: the seal",
            )
            _demand(seal.is_final == (event in ("log.closed", "log.recovered")), f"{writer} {number}: final")
        number += 1
    return leaves


def _heads(folder: Path) -> list[Head]:
    found: list[Head] = []
    for path in sorted((folder / "heads").glob("*.jsonl")):
        found += [msgspec.json.decode(line, type=Head) for line in path.read_bytes().split(b"\n")[:-1]]
    return found


def _check_notes(folder: Path, leaves: list[bytes]) -> None:
    epochs = [
        msgspec.json.decode(line, type=Epoch) for line in (folder / "epochs.jsonl").read_bytes().splitlines()
    ]
    size = 0
    for path in sorted((folder / "checkpoints").glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            note: dict[str, Any] = json.loads(line)
            checkpoint = max((_opened(note["note"], epoch) for epoch in epochs), key=lambda one: one[0])[1]
            _demand(checkpoint is not None, "a checkpoint is not signed")
            _demand(checkpoint.size >= size, "a checkpoint shrank")
            _demand(root_of(leaves[: checkpoint.size]) == checkpoint.root, "a checkpoint's root")
            size = checkpoint.size


def _opened(note: str, epoch: Epoch) -> tuple[bool, Any]:
    try:
        return True, open_note(note, epoch)
    except Exception:  # noqa: BLE001 - the other epochs are tried
        return False, None


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001
    if not holds:
        raise Faulty(what)
