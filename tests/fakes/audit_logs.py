"""Small whole logs, made of the same parts that the gateway's writers use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.catalogue import (
    Destination,
    Facts,
    Heartbeat,
    LogClosed,
    LogExpired,
    LogOpened,
    LogRotated,
    RequestAdmitted,
    RequestEnded,
    Tokens,
    Try,
)
from gateway.audit.chain import Chain, Standing
from gateway.audit.checkpoint import Checkpoint, Epoch, Head, approve, encode_head, public_text, sign
from gateway.audit.layout import Layout, Seal
from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.record import hash_of, read_envelope, seconds_of, time_text

ORIGIN = "deepseek-gateway.web1.5f0c2a71"
WRITER = "web1-0-20261127T061409123456Z"
START = 1_795_760_049.0
_WHO = ("tenant", "model", "subject", "credential")
_USUAL = {
    "tenant": "acme",
    "project": "default",
    "credential": "key1",
    "model": "deepseek-chat",
    "path": "/v1/chat/completions",
    "policy": "p1",
}


def an_exchange(request_id: str, **facts: Any) -> list[tuple[str, Facts]]:
    """
    Return what is told of one request: that it may leave, and how it ended.

    `upstream` and `residency` say where it went, `event` how it ended; with
    `ends=False` nobody knows.
    """
    own = {name: facts.pop(name) for name in _WHO if name in facts}
    common: dict[str, Any] = {"request_id": request_id, **_USUAL, **own}
    upstream, residency = facts.pop("upstream", "deepseek"), facts.pop("residency", "external")
    there = (Destination(upstream=upstream, residency=residency),)
    told: list[tuple[str, Facts]] = [
        (
            "request.admitted",
            RequestAdmitted(**common, level="metadata", clearance=residency, destinations=there),
        )
    ]
    if not facts.pop("ends", True):
        return told
    event = facts.pop("event", "request.completed")
    tried = Try(upstream=upstream, model=common["model"], residency=residency, status=200, micros=900_000)
    usual: dict[str, Any] = {
        "ending": "finished", "status": 200, "tokens": Tokens(prompt=100, completion=20), "tries": (tried,),
        "total_micros": 950_000,
    }  # fmt: skip
    return [*told, (event, RequestEnded(**common, admitted=True, **(usual | facts)))]


@dataclass
class SmallLog:
    """
    A log that grows by hand; one step of its clock is a second.

    `records` and `swear` are what a writer and the host's sequencer do.
    """

    folder: Path
    now: float = START
    writers: dict[str, Chain] = field(default_factory=dict)
    heads: list[bytes] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    keys: list[Ed25519PrivateKey] = field(default_factory=list)
    _segments: dict[str, int] = field(default_factory=dict)
    _begins: dict[str, Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folder, with its name and its first key."""
        self.layout = Layout(self.folder)
        self.folder.mkdir(parents=True)
        self.layout.origin.write_text(f"{ORIGIN}\n")
        self.new_key()

    @property
    def pin(self) -> str:
        """The first public key, as a reviewer keeps it."""
        return self.epochs[0].public

    def new_key(self) -> None:
        """Let another key sign from now on."""
        private = Ed25519PrivateKey.from_private_bytes(bytes([len(self.keys) + 1] * 32))
        epoch = Epoch(
            epoch=len(self.keys) + 1, origin=ORIGIN, public=public_text(private), since=time_text(self.now)
        )
        self.epochs.append(approve(epoch, self.keys[-1]) if self.keys else epoch)
        self.keys.append(private)
        self._write(self.layout.epochs, *map(msgspec.json.encode, self.epochs))

    def open(self, writer: str = WRITER) -> None:
        """Let a writer begin."""
        self.writers[writer], self._segments[writer] = Chain(writer), 0
        self._begins[writer] = Standing()
        (self.layout.writers / writer).mkdir(parents=True)
        self.record("log.opened", LogOpened(origin=ORIGIN, version="0.1.0"), writer)

    def record(self, event: str, facts: Facts, writer: str = WRITER) -> bytes:
        """Write one record and return its line."""
        line = self.writers[writer].link(
            event, facts, time=time_text(self.now), mono=int((self.now - START) * 1e6) + 1
        )
        with self.layout.segment(writer, self._segments[writer]).open("ab") as file:
            file.write(line)
        self.now += 1.0
        return line

    def exchange(self, request_id: str, writer: str = WRITER, **facts: Any) -> None:
        """Write the records of one request."""
        for event, told in an_exchange(request_id, **facts):
            self.record(event, told, writer)

    def rotate(self, writer: str = WRITER) -> None:
        """End a segment and begin the next."""
        number = self._segments[writer]
        self.record("log.rotated", LogRotated(segment=number), writer)
        self._seal(writer, is_final=False)
        self._segments[writer] += 1

    def close(self, writer: str = WRITER) -> None:
        """Let a writer stop in order."""
        self.record("log.closed", LogClosed(reason="stopped"), writer)
        self._seal(writer, is_final=True)

    def expire(self, segment: int, writer: str = WRITER, *, by: str = WRITER, is_sworn: bool = True) -> None:
        """Delete a segment, as a record says that is sworn to."""
        sealed = self.layout.seal(writer, segment)
        seal = msgspec.json.decode(sealed.read_bytes(), type=Seal)
        facts = LogExpired(
            expired_writer=writer,
            segment=segment,
            first_seq=seal.first_seq,
            last_seq=seal.last_seq,
            seal_sha256=sha256(sealed.read_bytes()).hexdigest(),
            retention_days=180,
        )
        self.record("log.expired", facts, by)
        if is_sworn:
            self.swear()
        self.layout.segment(writer, segment).unlink()

    def swear(self) -> str:
        """Sign a checkpoint over where all writers stand, and return it."""
        for writer, chain in self.writers.items():
            standing = chain.standing
            self.heads.append(
                encode_head(
                    Head(
                        writer=writer,
                        records=standing.size,
                        root=standing.root().hex(),
                        last=standing.last,
                        time=time_text(self.now),
                    )
                )
            )
        tree = Frontier()
        for head in self.heads:
            tree.append(leaf_hash(head))
        checkpoint = Checkpoint(ORIGIN, tree.size, tree.root(), time_text(self.now), len(self.keys))
        self.notes.append(sign(checkpoint, self.keys[-1]))
        self._write(self.layout.heads(0), *self.heads)
        self._write(self.layout.checkpoints(0), *(msgspec.json.encode({"note": note}) for note in self.notes))
        self.layout.newest_checkpoint.write_text(self.notes[-1])
        self.now += 1.0
        return self.notes[-1]

    def _seal(self, writer: str, *, is_final: bool) -> None:
        number, before, after = (
            self._segments[writer],
            self._begins[writer],
            self.writers[writer].standing,
        )
        path = self.layout.segment(writer, number)
        lines = path.read_bytes().splitlines()
        first, last = (read_envelope(line) for line in (lines[0], lines[-1]))
        assert first is not None
        assert last is not None
        seal = Seal(
            writer=writer,
            segment=number,
            first_seq=before.size,
            records=len(lines),
            first_prev=before.last,
            last=after.last,
            peaks_before=tuple(peak.hex() for peak in before.peaks),
            peaks_after=tuple(peak.hex() for peak in after.peaks),
            bytes=path.stat().st_size,
            first_time=first.time,
            last_time=last.time,
            is_final=is_final,
        )
        self.layout.seal(writer, number).write_bytes(msgspec.json.encode(seal))
        self._begins[writer] = after

    def _write(self, path: Path, *lines: bytes) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"".join(line + b"\n" for line in lines))


def a_log(folder: Path, exchanges: int = 6) -> SmallLog:
    """Return a log of one writer with two segments and several checkpoints, closed and sworn to."""
    log = SmallLog(folder)
    log.open()
    for number in range(exchanges):
        log.exchange(f"req_{number}")
        if number % 2:
            log.swear()
        if number == exchanges // 2:
            log.rotate()
    log.record("log.heartbeat", Heartbeat())
    log.close()
    log.swear()
    return log


def rechained(lines: Sequence[bytes], standing: Standing | None = None) -> list[bytes]:
    """Return the lines with every `seq` and `prev` made to fit, as someone who edits would."""
    size, last = (standing.size, standing.last) if standing else (0, "0" * 64)
    fitted: list[bytes] = []
    for line in lines:
        envelope = read_envelope(line)
        assert envelope is not None
        old = f'"seq":{envelope.seq},"time":"{envelope.time}","mono":{envelope.mono},"prev":"{envelope.prev}"'
        new = f'"seq":{size},"time":"{envelope.time}","mono":{envelope.mono},"prev":"{last}"'
        fitted.append(line.replace(old.encode(), new.encode(), 1))
        last, size = hash_of(fitted[-1]).hex(), size + 1
    return fitted


def moment(text: str) -> float:
    """Return the seconds of a time in a record."""
    return seconds_of(text)
