"""One segment of a writer: the file, and the seal that is put on it."""

from dataclasses import dataclass

import msgspec

from gateway.audit.chain import Standing
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout, Seal


class Tally:
    """What a segment has taken in so far."""

    __slots__ = ("bytes", "first_time", "last_time")

    def __init__(self) -> None:
        self.bytes = 0
        self.first_time = self.last_time = ""

    def add(self, data: bytes, first_time: str, last_time: str) -> None:
        """Count in lines, their line feeds included."""
        self.bytes += len(data)
        self.first_time = self.first_time or first_time
        self.last_time = last_time


@dataclass(frozen=True, slots=True)
class Place:
    """Which segment of which writer, and where its chain stood before it."""

    writer: str
    number: int
    before: Standing


def seal_of(place: Place, after: Standing, tally: Tally, *, is_final: bool) -> Seal:
    """Return the seal of a finished segment."""
    return Seal(
        writer=place.writer,
        segment=place.number,
        first_seq=place.before.size,
        records=after.size - place.before.size,
        first_prev=place.before.last,
        last=after.last,
        peaks_before=_hex(place.before.peaks),
        peaks_after=_hex(after.peaks),
        bytes=tally.bytes,
        first_time=tally.first_time,
        last_time=tally.last_time,
        is_final=is_final,
    )


def standing_after(seal: Seal) -> Standing:
    """Return where the chain stands behind a sealed segment."""
    peaks = tuple(bytes.fromhex(peak) for peak in seal.peaks_after)
    return Standing(seal.first_seq + seal.records, seal.last, peaks)


def keep_seal(layout: Layout, disk: Disk, seal: Seal) -> None:
    """Write the seal beside its segment."""
    disk.replace(layout.seal(seal.writer, seal.segment), msgspec.json.encode(seal) + b"\n")


def read_seal(data: bytes) -> Seal:
    """Return what a seal file says; raise `msgspec.MsgspecError`."""
    return msgspec.json.decode(data, type=Seal)


def _hex(peaks: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(peak.hex() for peak in peaks)
