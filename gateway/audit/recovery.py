"""
What a dead writer left behind is brought to a proper end.

Every whole record that continues the chain stays; what comes after the last of
them is moved aside. Then `log.recovered` ends the chain, and the segment is
sealed. A process that dies in the middle of this leaves a file that the next
one recovers in the same way.
"""

import os
import shutil
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from gateway.audit.catalogue import LogRecovered
from gateway.audit.chain import Chain, Standing
from gateway.audit.checkpoint import Head
from gateway.audit.disk import Disk, try_lock
from gateway.audit.layout import Layout
from gateway.audit.log_writer import Moment
from gateway.audit.record import read_envelope
from gateway.audit.segment import Place, Tally, keep_seal, read_seal, seal_of, standing_after

ENDS = frozenset({"log.closed", "log.recovered"})


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found: whose chain it is, how many records were kept, how many bytes were none."""

    writer: str
    records: int = 0
    torn_bytes: int = 0
    problem: str | None = None
    """Why nothing could be done; the file stays as it is, and a verification names it."""


def recover(
    layout: Layout, disk: Disk, *, by: str, moment: Moment, over: set[str] | None = None
) -> list[Recovered]:
    """
    End the chain of every writer that has died; those that live are left alone.

    Whoever does so again and again keeps in `over` whose chains have their end, for good: the folder has
    one for each process that ever wrote, and they are not looked at twice.
    """
    found: list[Recovered] = []
    over = set() if over is None else over
    if not layout.writers.is_dir():
        return found
    for folder in sorted(layout.writers.iterdir()):
        if folder.name == by or folder.name in over or not folder.is_dir():
            continue
        if is_over(layout, folder.name):
            over.add(folder.name)
            continue
        try:
            lock = try_lock(layout.lock(folder.name))
        except OSError as error:
            # Another user's, or being removed by another process: the others are not kept from their end.
            found.append(Recovered(folder.name, problem=type(error).__name__))
            continue
        if lock is None:
            continue
        try:
            found.append(_end(layout, disk, folder.name, by=by, moment=moment))
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            found.append(Recovered(folder.name, problem=type(error).__name__))
        finally:
            lock.release()
    return found


def _end(layout: Layout, disk: Disk, writer: str, *, by: str, moment: Moment) -> Recovered:
    place = _open_place(layout, writer)
    path = layout.segment(writer, place.number)
    data = path.read_bytes() if path.exists() else b""
    chain, tally, kept, last = _whole_part(place, data)
    torn = data[kept:]
    if chain.size == 0:
        discard(layout, writer)
        return Recovered(writer, 0, len(torn))
    if torn:
        _move_aside(layout, disk, place, torn)
        os.truncate(path, kept)
    if last is None or last.event not in ENDS:
        digest = sha256(torn).hexdigest() if torn else None
        facts = LogRecovered(by=by, torn_bytes=len(torn), torn_sha256=digest)
        mono = max(moment.mono, _mono_before(layout, place) if last is None else last.mono)
        line = chain.link("log.recovered", facts, time=moment.time, mono=mono)
        tally.add(line, moment.time, moment.time)
        _append(disk, layout, place, line)
    standing = chain.standing
    head = Head(
        writer=writer, records=standing.size, root=standing.root().hex(), last=standing.last, time=moment.time
    )
    # Before the seal: a chain that is sealed is not looked at again, and its end has to be signed.
    disk.replace(layout.head(writer), msgspec.json.encode(head))
    keep_seal(layout, disk, seal_of(place, standing, tally, is_final=True))
    return Recovered(writer, standing.size, len(torn))


def _open_place(layout: Layout, writer: str) -> Place:
    """Return the segment that was being written, and where the chain stood before it."""
    number, before = 0, Standing()
    while (path := layout.seal(writer, number)).exists():
        before = standing_after(read_seal(path.read_bytes()))
        number += 1
    return Place(writer, number, before)


def discard(layout: Layout, writer: str) -> None:
    """Remove what is left of a writer without a whole record: nothing of it was promised to anyone."""
    shutil.rmtree(layout.writers / writer, ignore_errors=True)


def is_over(layout: Layout, writer: str) -> bool:
    """Return whether a writer's chain has its end; one whose seal cannot be read is left for the verifier."""
    seals = sorted((layout.writers / writer).glob("*.seal"))
    try:
        return bool(seals) and read_seal(seals[-1].read_bytes()).is_final
    except (OSError, msgspec.MsgspecError):
        return False


def _mono_before(layout: Layout, place: Place) -> int:
    """Return the monotonic time of the last record before a segment."""
    if place.number == 0:
        return 0
    path = layout.segment(place.writer, place.number - 1)
    lines = path.read_bytes().splitlines() if path.exists() else []
    envelope = read_envelope(lines[-1]) if lines else None
    return 0 if envelope is None else envelope.mono


def _whole_part(place: Place, data: bytes) -> tuple[Chain, Tally, int, "LastSeen | None"]:
    chain, tally, kept = Chain(place.writer, place.before), Tally(), 0
    last: LastSeen | None = None
    for line in data.splitlines(keepends=True):
        if not line.endswith(b"\n") or not chain.follow(line[:-1]):
            break
        envelope = read_envelope(line[:-1])
        if envelope is not None:
            tally.add(line, envelope.time, envelope.time)
            last = LastSeen(envelope.event, envelope.mono)
        kept += len(line)
    return chain, tally, kept, last


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last whole record of a segment."""

    event: str
    mono: int


def _move_aside(layout: Layout, disk: Disk, place: Place, torn: bytes) -> None:
    descriptor = disk.open(layout.torn(place.writer, place.number), is_new=False)
    try:
        disk.write(descriptor, torn)
        disk.sync(descriptor)
    finally:
        os.close(descriptor)


def _append(disk: Disk, layout: Layout, place: Place, line: bytes) -> None:
    path = layout.segment(place.writer, place.number)
    descriptor = disk.open(path, is_new=False)
    try:
        disk.write(descriptor, line)
        disk.sync(descriptor)
    finally:
        os.close(descriptor)
    disk.sync_folder(path.parent)
