"""One writer's records, read in their order: each proves the one before it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from gateway.audit.merkle import Frontier, leaf_hash
from gateway.audit.verify.finding import Broken, broken

_RECORD = re.compile(
    rb'\{"v":1,"writer":"([a-z0-9][a-z0-9.-]{0,62}-[0-9]+-[0-9]{8}T[0-9]{12}Z)","seq":(0|[1-9][0-9]{0,15}),'
    rb'"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)",'
    rb'"mono":(0|[1-9][0-9]{0,15}),"prev":"([0-9a-f]{64})","event":"([a-z_]+\.[a-z_]+)"(?:,"[^\n]*)?\}\n'
)
_NO_RECORD = b"0" * 64
_SILENCE_MICROS = 150_000_000
# Added to a dead writer's records by another process, which has a clock of its own.
_RECOVERED = b"log.recovered"
_LAST = frozenset({_RECOVERED, b"log.closed"})
EXPLAINING = frozenset({"log.expired", "content.expired", "subject.erased"})
_KEPT = _LAST | {event.encode() for event in EXPLAINING}
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class SwornHead:
    """What the host's tree says of a writer: so many records, the root over them, the last one's hash."""

    number: int
    records: int
    root: bytes
    last: bytes


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record about the log itself, which the check has to read."""

    file: str
    line: int
    seq: int
    event: str
    text: bytes
    time: str = ""

    def facts(self) -> Mapping[str, Any]:
        """Return what it says; nothing where somebody has made it unreadable, which its chain tells."""
        try:
            said: Any = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}


@dataclass(slots=True)
class WriterWalk:
    """
    Where a writer's chain stands while its files are read.

    `heads` are what was sworn of it, in the order of their records; `sworn_time`
    is the time of the last record that one of them covers. `follow` raises
    `Broken` at the first record that does not fit.
    """

    writer: str
    heads: Sequence[SwornHead] = ()
    size: int = 0
    last: bytes = _NO_RECORD
    peaks: list[bytes] = field(default_factory=list)
    mono: int = 0
    read: int = 0
    torn_bytes: int = 0
    checked_heads: int = 0
    first_time: str = ""
    last_time: str = ""
    last_event: str = ""
    sworn_time: str = ""
    texts: Callable[[bytes, str, int, int], None] | None = None
    kept: list[KeptRecord] = field(default_factory=list)
    silences: list[tuple[str, int]] = field(default_factory=list)
    _place: tuple[str, int] = ("", 0)

    def follow(self, lines: Iterable[bytes], file: str) -> None:  # noqa: C901 - a call for each record costs more than its work
        """Read the records of one file, which come next."""
        stream = iter(lines)
        match, own, stop = _RECORD.fullmatch, self.writer.encode(), self._next_stop()
        size, last, peaks, mono = self.size, self.last, self.peaks, self.mono
        texts, number, when, event = self.texts, 0, b"", b""
        for number, line in enumerate(stream, start=1):
            found = match(line)
            if found is None:
                self.size, self.last = size, last
                self._take_torn(line, file, number)
                number -= 1  # noqa: PLW2901 - a cut line is no record
                break
            writer, seq, when, ticks, prev, event = found.groups()
            if prev != last or int(seq) != size or writer != own:
                self.size, self.last = size, last
                raise self._misfit(line, stream, file, number)
            before, mono = mono, int(ticks)
            if mono - before > _SILENCE_MICROS or mono < before:
                self._listen(before, mono, event, file=file, line=number, seq=size)
            leaf = sha256(b"\x00" + line[:-1]).digest()
            last = leaf.hex().encode()
            left = size
            while left & 1:
                leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
                left >>= 1
            peaks.append(leaf)
            if event in _KEPT:
                self.kept.append(KeptRecord(file, number, size, event.decode(), line, when.decode()))
                own = own if event not in _LAST else b""  # Nothing may follow.
            if texts is not None and b',"content":[{' in line:
                texts(line, file, number, size)
            if not size and event != b"log.opened":
                raise broken(file, "the first record of a writer is log.opened", line=number, seq=0)
            if number == 1:
                self.first_time = when.decode()
            size += 1
            if size == stop:
                self.size, self.last, self.sworn_time = size, last, when.decode()
                stop = self._check_heads(file, number)
        self.size, self.last, self.mono, self.read = size, last, mono, self.read + number
        if number:
            self._place = (file, number)
            self.last_time, self.last_event = when.decode(), event.decode()

    def pass_over(self, size: int, last: bytes, peaks: Sequence[bytes], file: str) -> None:
        """Go on behind records that have expired; heads inside them are taken as their seal has them."""
        while self.checked_heads < len(self.heads) and self.heads[self.checked_heads].records < size:
            self.checked_heads += 1
        self.size, self.last, self.peaks, self.mono = size, last, list(peaks), 0
        if self._next_stop() == size:
            self._check_heads(file, None)

    def missing(self) -> SwornHead | None:
        """Return what was sworn beyond the records that are here, if anything."""
        last = self.heads[-1] if self.heads else None
        return last if last is not None and last.records > self.size else None

    @property
    def is_over(self) -> bool:
        """Whether the writer ended, by itself or by the recovery after its death."""
        return self.last_event.encode() in _LAST

    @property
    def sworn(self) -> int:
        """How many records the newest head covers."""
        return self.heads[-1].records if self.heads else 0

    def _next_stop(self) -> int:
        return self.heads[self.checked_heads].records if self.checked_heads < len(self.heads) else _NEVER

    def _check_heads(self, file: str, line: int | None) -> int:
        root = Frontier(self.size, self.peaks).root()
        while self._next_stop() == self.size:
            head = self.heads[self.checked_heads]
            if (head.root, head.last) != (root, self.last):
                first = self.heads[self.checked_heads - 1].records if self.checked_heads else 0
                raise broken(
                    file,
                    f"records {first} to {self.size - 1} are not those that head {head.number} swears to",
                    line=line,
                    seq=self.size - 1,
                )
            self.checked_heads += 1
        return self._next_stop()

    def _take_torn(self, line: bytes, file: str, number: int) -> None:
        """A last line without its end is a write that was cut; anything else that is no record is an edit."""
        if line.endswith(b"\n"):
            raise broken(file, "the line is not a record", line=number, seq=self.size)
        self.torn_bytes = len(line)

    def _misfit(self, line: bytes, rest: Iterator[bytes], file: str, number: int) -> Broken:
        """Say what is wrong with a whole record that does not come next."""
        found = _RECORD.fullmatch(line)
        writer, seq = (found[1].decode(), int(found[2])) if found else ("", 0)
        if self.kept and self.kept[-1].event.encode() in _LAST:
            what = f"it follows {self.kept[-1].event}, after which a writer writes nothing"
        elif writer != self.writer:
            what = f"it is a record of the writer {writer}"
        elif seq > self.size:
            gone = f"{self.size} to {seq - 1}" if seq - self.size > 1 else f"{self.size}"
            what = f"record {seq} stands here, record {gone} is missing"
        elif seq < self.size:
            what = f"record {seq} stands here, where {self.size} should"
        elif self._was_altered_before(line, rest):
            before_file, before_line = self._place if number == 1 else (file, number - 1)
            what = "the record was changed: the next one names another hash"
            return broken(before_file, what, line=before_line, seq=self.size - 1)
        else:
            what = "the record was changed: it names another one before it"
        return broken(file, what, line=number, seq=self.size)

    def _was_altered_before(self, line: bytes, rest: Iterator[bytes]) -> bool:
        """Return whether the record that does not fit is itself the one that what comes after it names."""
        if self.size == 0:
            return False
        own = leaf_hash(line[:-1]).hex().encode()
        if (following := _RECORD.fullmatch(next(rest, b""))) is not None:
            return following[5] == own
        after = [head.last for head in self.heads if head.records == self.size + 1]
        return not after or after[0] == own

    def _listen(self, before: int, mono: int, event: bytes, *, file: str, line: int, seq: int) -> None:
        if event == _RECOVERED or not seq or not before:
            return
        if mono < before:
            raise broken(file, "the record says an earlier moment than the one before it", line=line, seq=seq)
        self.silences.append((f"{file}, line {line}", (mono - before) // 1_000_000))
