"""The files of one writer: segments, and seals that stand for those that have expired."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from gateway.audit.verify.finding import broken
from gateway.audit.verify.walk import WriterWalk

_SEGMENT = re.compile(r"([0-9]{6})\.(jsonl|seal)")
_HEX_32 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ExpiryClaim:
    """A segment that is gone; a `log.expired` record with the hash of its seal has to say so."""

    file: str
    writer: str
    segment: int
    first_seq: int
    last_seq: int
    seal_sha256: str


@dataclass(frozen=True, slots=True)
class SegmentSeal:
    """What a seal says of its segment."""

    first_seq: int
    records: int
    first_prev: str
    last: str
    peaks_before: tuple[str, ...]
    peaks_after: tuple[str, ...]
    bytes: int
    first_time: str
    last_time: str
    is_final: bool
    sha256: str | None


def walk_segments(folder: Path, walk: WriterWalk) -> list[ExpiryClaim]:
    """Read a writer's segments in order; return those that are gone, raise `Broken` at what does not fit."""
    home = folder / "writers" / walk.writer
    there = [path.name for path in home.glob("*")]
    names = {found[0] for name in there if (found := _SEGMENT.fullmatch(name))}
    claims: list[ExpiryClaim] = []
    for number in range(max((int(name[:6]) for name in names), default=-1) + 1):
        place = f"writers/{walk.writer}/{number:06d}"
        sealed = home / f"{number:06d}.seal"
        seal = _seal(sealed.read_bytes(), f"{place}.seal", walk, number) if sealed.name in names else None
        if f"{number:06d}.jsonl" in names:
            _read(home / f"{number:06d}.jsonl", f"{place}.jsonl", walk, number, seal)
        elif seal is None:
            raise broken(f"{place}.jsonl", "the file is missing, and no seal stands for it", seq=walk.size)
        else:
            claims.append(_claim(sealed, place, walk, number, seal))
            walk.pass_over(
                seal.first_seq + seal.records, seal.last.encode(), _bytes(seal.peaks_after), f"{place}.seal"
            )
    if others := [name for name in sorted(there) if name.endswith(".jsonl") and name not in names]:
        what = "it is no segment of the writer, and a search would read it like one"
        raise broken(f"writers/{walk.writer}/{others[0]}", what)
    return claims


def _read(path: Path, place: str, walk: WriterWalk, number: int, seal: SegmentSeal | None) -> None:
    if number and walk.read and walk.last_event != "log.rotated":
        raise broken(place, "the segment before it does not end with log.rotated", line=1, seq=walk.size)
    with path.open("rb") as file:
        walk.follow(file, place)
    if seal is None:
        return
    stands = (walk.size, walk.last.decode(), tuple(peak.hex() for peak in walk.peaks))
    if stands != (seal.first_seq + seal.records, seal.last, seal.peaks_after) or walk.torn_bytes:
        raise broken(place, "the file does not end where its seal says", seq=walk.size)
    if (walk.first_time, walk.last_time, walk.is_over) != (seal.first_time, seal.last_time, seal.is_final):
        raise broken(
            f"{place.removesuffix('.jsonl')}.seal", "it says other times or another end than the file"
        )
    if path.stat().st_size != seal.bytes or (seal.sha256 and seal.sha256 != _digest(path)):
        raise broken(place, "the file is not the one that its seal describes")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _seal(text: bytes, place: str, walk: WriterWalk, number: int) -> SegmentSeal:
    try:
        said: Mapping[str, Any] = {"sha256": None} | json.loads(text)
        facts: dict[str, Any] = {name: said[name] for name in SegmentSeal.__dataclass_fields__}
        facts |= {name: tuple(said[name]) for name in ("peaks_before", "peaks_after")}
        seal = SegmentSeal(**facts)
        is_whole = all(_HEX_32.fullmatch(one) for one in (seal.last, *seal.peaks_before, *seal.peaks_after))
        is_whole = is_whole and all(type(one) is int for one in (seal.first_seq, seal.records, seal.bytes))
        size, whose = seal.first_seq + seal.records, (said["writer"], said["segment"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise broken(place, "the file is no seal") from error
    if not is_whole or seal.records < 1 or size.bit_count() != len(seal.peaks_after):
        raise broken(place, "the file is no seal")
    if whose != (walk.writer, number):
        raise broken(place, "the seal is that of another segment")
    before = (walk.size, walk.last.decode(), tuple(peak.hex() for peak in walk.peaks))
    if before != (seal.first_seq, seal.first_prev, seal.peaks_before):
        raise broken(place, "the seal does not continue what comes before it", seq=walk.size)
    return seal


def _claim(path: Path, place: str, walk: WriterWalk, number: int, seal: SegmentSeal) -> ExpiryClaim:
    last_seq = seal.first_seq + seal.records - 1
    digest = sha256(path.read_bytes()).hexdigest()
    return ExpiryClaim(f"{place}.jsonl", walk.writer, number, seal.first_seq, last_seq, digest)


def _bytes(peaks: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(peak) for peak in peaks]
