"""Everything that somebody with write access may do to a log, at every sort of place."""

import base64
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import Checkpoint, read_note, sign
from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.record import hash_of, read_envelope

Lines = list[bytes]
Change = Callable[[Lines, int], Lines]


@dataclass(frozen=True, slots=True)
class Crime:
    """
    One way to falsify a log, and where it has to be found.

    `files` are the beginnings of what the first finding may name; `seqs` the
    records, where records are at stake.
    """

    name: str
    act: Callable[[Path], None]
    files: tuple[str, ...]
    seqs: range | None = None


class Evidence:
    """A clean log, looked at as a criminal would: which files, which records, which keys."""

    def __init__(self, folder: Path, keys: Sequence[Ed25519PrivateKey]) -> None:
        self.folder = folder
        self.keys = keys
        self.segments = sorted(path.relative_to(folder) for path in folder.glob("writers/*/*.jsonl"))
        self.heads = _read(folder / "heads/00000000.jsonl")
        self.notes = [json.loads(line)["note"] for line in _read(folder / "checkpoints/00000000.jsonl")]

    def sworn(self, writer: str) -> int:
        """How many records of a writer the newest head covers."""
        counts = [json.loads(line) for line in self.heads]
        return max(int(head["records"]) for head in counts if head["writer"] == writer)

    def crimes(self) -> Iterator[Crime]:
        """Return all of them."""
        for segment in self.segments:
            yield from _against_records(self, segment)
        yield from _against_files(self)
        yield from _against_checkpoints(self)
        yield from _against_heads(self)
        yield from _against_keys(self)
        yield from _against_seals(self)


def _against_records(evidence: Evidence, segment: Path) -> Iterator[Crime]:
    lines = _read(evidence.folder / segment)
    envelope = read_envelope(lines[0])
    assert envelope is not None
    first, writer = envelope.seq, str(segment.parent)
    last = min(len(lines), evidence.sworn(envelope.writer) - first) - 1
    places = sorted({0, 1, 2, last // 3, last // 2, 2 * last // 3, last - 1, last} & set(range(last + 1)))
    for name, change in _CHANGES.items():
        for place in places:
            if name == "swap" and place == last:
                continue
            near = range(max(first + place - 1, 0), first + place + 2)
            yield Crime(f"{name} {segment}:{place}", _rewriting(segment, change, place), (writer,), near)
            if name in ("edit", "delete", "insert") and 0 < place < last:
                after = range(first + place, evidence.sworn(envelope.writer) + 2)
                act = _rechaining(segment, change, place)
                yield Crime(f"{name}, made to fit {segment}:{place}", act, (writer,), after)


def _rewriting(segment: Path, change: Change, place: int) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        _write(folder / segment, change(_read(folder / segment), place))

    return act


def _rechaining(segment: Path, change: Change, place: int) -> Callable[[Path], None]:
    """Change a record, and all after it so that chain and seals fit: only what was sworn still tells."""

    def act(folder: Path) -> None:
        paths = [
            path for path in sorted((folder / segment.parent).glob("*.jsonl")) if path.name >= segment.name
        ]
        seal = _seal_before(folder / segment)
        size, last, peaks = seal
        tree = Frontier(size, peaks)
        for path in paths:
            lines = _read(path)
            if path == folder / segment:
                lines = change(lines, place)
            before = (tree.size, last, tree.peaks)
            fitted: Lines = []
            for line in lines:
                fitted.append(_fitted(line, tree.size, last))
                tree.append(hash_of(fitted[-1]))
                last = hash_of(fitted[-1]).hex()
            _write(path, fitted)
            _reseal(path, before, (tree.size, last, tree.peaks))

    return act


def _seal_before(path: Path) -> tuple[int, str, tuple[bytes, ...]]:
    number = int(path.stem)
    if number == 0:
        return 0, "0" * 64, ()
    seal = json.loads(path.with_name(f"{number - 1:06d}.seal").read_bytes())
    return (
        seal["first_seq"] + seal["records"],
        seal["last"],
        tuple(bytes.fromhex(peak) for peak in seal["peaks_after"]),
    )


def _reseal(
    path: Path, before: tuple[int, str, tuple[bytes, ...]], after: tuple[int, str, tuple[bytes, ...]]
) -> None:
    sealed = path.with_suffix(".seal")
    if not sealed.exists():
        return
    seal = json.loads(sealed.read_bytes()) | {
        "first_seq": before[0],
        "records": after[0] - before[0],
        "first_prev": before[1],
        "last": after[1],
        "peaks_before": [peak.hex() for peak in before[2]],
        "peaks_after": [peak.hex() for peak in after[2]],
        "bytes": path.stat().st_size,
    }
    sealed.write_text(json.dumps(seal))


def _fitted(line: bytes, seq: int, prev: str) -> bytes:
    found = read_envelope(line)
    assert found is not None
    old = f'"seq":{found.seq},"time":"{found.time}","mono":{found.mono},"prev":"{found.prev}"'
    new = f'"seq":{seq},"time":"{found.time}","mono":{found.mono},"prev":"{prev}"'
    return line.replace(old.encode(), new.encode(), 1)


def _edited(lines: Lines, place: int) -> Lines:
    line = lines[place]
    for old, new in ((b'"external"', b'"on_premis"'), (b'"time":"2', b'"time":"3')):
        if old in line:
            line = line.replace(old, new, 1)
            break
    return [*lines[:place], line, *lines[place + 1 :]]


_CHANGES: dict[str, Change] = {
    "edit": _edited,
    "delete": lambda lines, place: [*lines[:place], *lines[place + 1 :]],
    "insert": lambda lines, place: [*lines[: place + 1], lines[place], *lines[place + 1 :]],
    "swap": lambda lines, place: [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]],
    "truncate": lambda lines, place: lines[:place],
}


def _against_files(evidence: Evidence) -> Iterator[Crime]:
    for segment in evidence.segments:
        writer = str(segment.parent)
        yield Crime(f"drop {segment}", _dropping(segment), (writer,))
        both = _dropping(segment, segment.with_suffix(".seal"))
        yield Crime(f"drop {segment} and its seal", both, (writer,))
    for writer in sorted({str(segment.parent) for segment in evidence.segments}):
        yield Crime(f"drop {writer}", _dropping(Path(writer)), (writer,))
    for name in (
        "heads/00000000.jsonl",
        "checkpoints/00000000.jsonl",
        "checkpoint",
        "epochs.jsonl",
        "origin",
    ):
        yield Crime(f"drop {name}", _dropping(Path(name)), (name.partition("/")[0].removesuffix("s"),))
    first, *_, last = evidence.segments
    yield Crime("exchange two segments", _exchanging(first, last), (str(first.parent), str(last.parent)))


def _dropping(*names: Path) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        for name in names:
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            else:
                (folder / name).unlink(missing_ok=True)

    return act


def _exchanging(first: Path, second: Path) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        one, other = (folder / first).read_bytes(), (folder / second).read_bytes()
        (folder / first).write_bytes(other)
        (folder / second).write_bytes(one)

    return act


def _against_checkpoints(evidence: Evidence) -> Iterator[Crime]:
    place = "checkpoints/00000000.jsonl"
    count = len(evidence.notes)
    places = sorted({0, 1, count // 3, count // 2, count - 2, count - 1} & set(range(count)))
    newer = evidence.keys[-1]
    for number in places:
        checkpoint = read_note(evidence.notes[number])
        other = Checkpoint(
            checkpoint.origin, checkpoint.size, sha256(b"another").digest(), checkpoint.time, checkpoint.epoch
        )
        changes = {
            "size": _note_with(checkpoint.text, f"\n{checkpoint.size}\n", f"\n{checkpoint.size + 1}\n"),
            "root": _note_with(
                checkpoint.text,
                base64.b64encode(checkpoint.root).decode(),
                base64.b64encode(other.root).decode(),
            ),
            "time": _note_with(checkpoint.text, "time 2", "time 3"),
            "epoch": _note_with(
                checkpoint.text, f"epoch {checkpoint.epoch}", f"epoch {checkpoint.epoch + 1}"
            ),
            "origin": _note_with(checkpoint.text, "deepseek-gateway", "deepseek-gatewax"),
            "signature": lambda note: note[:-9] + ("A" if note[-9] != "A" else "B") + note[-8:],
            "root, signed by its own key": _signing(other, evidence.keys[checkpoint.epoch - 1]),
        }
        if checkpoint.epoch < len(evidence.keys):
            later = Checkpoint(
                checkpoint.origin, checkpoint.size, checkpoint.root, checkpoint.time, len(evidence.keys)
            )
            changes["signature, by a newer key"] = _signing(checkpoint, newer)
            changes["epoch, signed by the newer key"] = _signing(later, newer)
        for name, change in changes.items():
            yield Crime(f"alter {name} of checkpoint {number}", _renoting(number, change), (place,))
    for number in places[:-1]:
        yield Crime(f"delete checkpoints after {number}", _cutting(place, number + 1), ("checkpoint",))
    yield Crime(
        "put an old checkpoint in place of the newest",
        _replacing("checkpoint", evidence.notes[0]),
        ("checkpoint",),
    )
    yield Crime("swap two checkpoints", _swapping(place, 0, count - 1), (place,))


def _note_with(text: str, old: str, new: str) -> Callable[[str], str]:
    assert old in text
    return lambda note: note.replace(old, new, 1)


def _signing(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Callable[[str], str]:
    return lambda _: sign(checkpoint, key)


def _renoting(number: int, change: Callable[[str], str]) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        path = folder / "checkpoints/00000000.jsonl"
        lines = _read(path)
        before = json.loads(lines[number])["note"]
        after = change(before)
        lines[number] = json.dumps({"note": after}, ensure_ascii=False).encode()
        _write(path, lines)
        if (folder / "checkpoint").read_text() == before:
            (folder / "checkpoint").write_text(after)

    return act


def _cutting(name: str, count: int) -> Callable[[Path], None]:
    return lambda folder: _write(folder / name, _read(folder / name)[:count])


def _replacing(name: str, text: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        (folder / name).write_text(text)

    return act


def _swapping(name: str, one: int, other: int) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        lines = _read(folder / name)
        lines[one], lines[other] = lines[other], lines[one]
        _write(folder / name, lines)

    return act


def _against_heads(evidence: Evidence) -> Iterator[Crime]:
    name = "heads/00000000.jsonl"
    # A changed head is told by the first checkpoint over it, or by the records that it no longer fits.
    files = ("heads", "checkpoints", "writers")
    count = len(evidence.heads)
    for number in sorted({0, 1, count // 2, count - 2, count - 1}):
        head = json.loads(evidence.heads[number])
        for field, value in (
            ("records", head["records"] - 1),
            ("root", sha256(b"another").hexdigest()),
            ("last", sha256(b"another").hexdigest()),
            ("time", "2030-01-01T00:00:00.000000Z"),
        ):
            line = json.dumps(head | {field: value}, separators=(",", ":")).encode()
            act = _relining(name, number, line)
            yield Crime(f"alter {field} of head {number}", act, files)
        yield Crime(f"delete head {number}", _unlining(name, number), files)
    yield Crime("swap two heads", _swapping(name, 0, count - 1), files)


def _relining(name: str, number: int, line: bytes) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        lines = _read(folder / name)
        lines[number] = line
        _write(folder / name, lines)

    return act


def _unlining(name: str, number: int) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        lines = _read(folder / name)
        _write(folder / name, [*lines[:number], *lines[number + 1 :]])

    return act


def _against_keys(evidence: Evidence) -> Iterator[Crime]:
    name = "epochs.jsonl"
    lines = _read(evidence.folder / name)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([99] * 32))
    public = base64.b64encode(stranger.public_key().public_bytes_raw()).decode()
    for number, line in enumerate(lines):
        epoch = json.loads(line)
        for field, value in (
            ("public", public),
            ("epoch", epoch["epoch"] + 1),
            ("since", "2030-01-01T00:00:00.000000Z"),
            ("origin", "deepseek-gateway.web2.00000000"),
        ):
            changed = json.dumps(epoch | {field: value}).encode()
            yield Crime(
                f"alter {field} of key {number}",
                _relining(name, number, changed),
                (name, "origin", "checkpoint"),
            )
        yield Crime(f"delete key {number}", _unlining(name, number), (name, "checkpoint"))


def _against_seals(evidence: Evidence) -> Iterator[Crime]:
    for segment in evidence.segments:
        name = segment.with_suffix(".seal")
        if not (evidence.folder / name).exists():
            continue
        seal = json.loads((evidence.folder / name).read_bytes())
        for field, value in (
            ("last", sha256(b"another").hexdigest()),
            ("records", seal["records"] + 1),
            ("sha256", sha256(b"another").hexdigest()),
            ("bytes", seal["bytes"] + 1),
            ("last_time", "2020-01-01T00:00:00.000000Z"),
            ("is_final", not seal["is_final"]),
        ):
            text = json.dumps(seal | {field: value})
            yield Crime(f"alter {field} of {name}", _replacing(str(name), text), (str(segment.parent),))


def rolled_back(folder: Path, count: int) -> None:
    """Make a log what it was when it had so many checkpoints, in agreement with itself."""
    notes = _read(folder / "checkpoints/00000000.jsonl")[:count]
    newest = json.loads(notes[-1])["note"]
    _write(folder / "checkpoints/00000000.jsonl", notes)
    (folder / "checkpoint").write_text(newest)
    heads = _read(folder / "heads/00000000.jsonl")[: read_note(newest).size]
    _write(folder / "heads/00000000.jsonl", heads)
    sworn = {json.loads(head)["writer"]: int(json.loads(head)["records"]) for head in heads}
    for writer in sorted((folder / "writers").iterdir()):
        _cut_writer(writer, sworn.get(writer.name, 0))


def _cut_writer(writer: Path, records: int) -> None:
    if records == 0:
        shutil.rmtree(writer)
        return
    for path in sorted(writer.glob("*.jsonl")):
        lines = _read(path)
        kept, records = lines[:records], records - len(lines[:records])
        if not kept:
            path.unlink()
        elif len(kept) < len(lines):
            _write(path, kept)
        if len(kept) < len(lines) or not records:
            path.with_suffix(".seal").unlink(missing_ok=True)


def forked(folder: Path, count: int, keys: Sequence[Ed25519PrivateKey]) -> None:
    """Let a log go on otherwise from where it had so many checkpoints, signed with its own keys."""
    later = json.loads(_read(folder / "checkpoints/00000000.jsonl")[-1])["note"]
    rolled_back(folder, count)
    writer = json.loads(_read(folder / "heads/00000000.jsonl")[-1])["writer"]
    path = max((folder / "writers" / writer).glob("*.jsonl"))
    lines = _read(path)
    found = read_envelope(lines[-1])
    assert found is not None
    line = _fitted(lines[-1], found.seq + 1, hash_of(lines[-1]).hex())
    _write(path, [*lines, line])
    _swear_on(folder, writer, read_note(later), keys)


def _swear_on(folder: Path, writer: str, at: Checkpoint, keys: Sequence[Ed25519PrivateKey]) -> None:
    tree = Frontier()
    last = b""
    for path in sorted((folder / "writers" / writer).glob("*.jsonl")):
        for line in _read(path):
            last = hash_of(line)
            tree.append(last)
    root = tree.root().hex()
    head = {"writer": writer, "records": tree.size, "root": root, "last": last.hex(), "time": at.time}
    heads = [*_read(folder / "heads/00000000.jsonl"), json.dumps(head, separators=(",", ":")).encode()]
    _write(folder / "heads/00000000.jsonl", heads)
    above = Frontier()
    for one in heads:
        above.append(leaf_hash(one))
    note = sign(Checkpoint(at.origin, above.size, above.root(), at.time, at.epoch), keys[at.epoch - 1])
    kept = _read(folder / "checkpoints/00000000.jsonl")
    _write(folder / "checkpoints/00000000.jsonl", [*kept, json.dumps({"note": note}).encode()])
    (folder / "checkpoint").write_text(note)


def _read(path: Path) -> Lines:
    return path.read_bytes().split(b"\n")[:-1]


def _write(path: Path, lines: Lines) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
