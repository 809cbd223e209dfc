"""
What one record is: one line, whose bytes are what is hashed.

    {"v":1,"writer":"...","seq":7,"time":"...","mono":1,"prev":"<64 hex>","event":"...", facts of the event}

The seven fields of the envelope come first, always in this order and never
with white space, so that a chain can be checked without reading JSON. Nobody
encodes a record a second time: its bytes are the record.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from gateway.audit.merkle import leaf_hash

VERSION = 1
NO_RECORD = "0" * 64
"""What stands in `prev` of a writer's first record."""

WRITER = r"[a-z0-9][a-z0-9.-]{0,62}-[0-9]+-[0-9]{8}T[0-9]{12}Z"
"""A writer's name: host, slot, start."""

LINE = re.compile(
    rb'\{"v":1,"writer":"(' + WRITER.encode() + rb')","seq":(0|[1-9][0-9]{0,15}),'
    rb'"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)",'
    rb'"mono":(0|[1-9][0-9]{0,15}),"prev":"([0-9a-f]{64})","event":"([a-z_]+\.[a-z_]+)"(?:,"[^\n]*)?\}'
)
"""A whole line without its line feed; groups: writer, seq, time, mono, prev, event."""

_MICROS = 1_000_000
_EMPTY = len(b"{}")
encode = msgspec.json.Encoder(order="deterministic").encode
"""Facts as JSON: fields in the order of the catalogue, defaults left out."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a line says of its own place."""

    writer: str
    seq: int
    time: str
    mono: int
    prev: str
    event: str


def read_envelope(line: bytes) -> Envelope | None:
    """Return the envelope of a line without its line feed, or None if it is no record."""
    found = LINE.fullmatch(line)
    if found is None:
        return None
    writer, seq, time, mono, prev, event = (part.decode() for part in found.groups())
    return Envelope(writer, int(seq), time, int(mono), prev, event)


def hash_of(line: bytes) -> bytes:
    """Return the hash of a record, without its line feed: the leaf of its tree, and the next one's `prev`."""
    return leaf_hash(line)


def tail_of(facts: msgspec.Struct) -> bytes:
    """Return the facts of an event as they follow the envelope, the closing bracket included."""
    body = encode(facts)
    return b"," + body[1:] if len(body) > _EMPTY else b"}"


def time_text(wall_seconds: float) -> str:
    """Return a time as records write it: UTC, with microseconds."""
    second, form = _second.kept
    micros = round((wall_seconds - second) * _MICROS)
    return form % micros if 0 <= micros < _MICROS else _second.turn(wall_seconds)


def seconds_of(time: str) -> float:
    """Return the seconds since 1970 of a time in a record."""
    return datetime.fromisoformat(time).timestamp()


def writer_name(host: str, slot: int, wall_seconds: float) -> str:
    """Return the name of a writer that starts now."""
    plain = re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip("-.")[:63] or "host"
    start = time_text(wall_seconds)
    return f"{plain}-{slot}-{''.join(character for character in start if character not in '-:.')}"


class _Second:
    """The last second that was written out, with a place for its microseconds: records come in crowds."""

    def __init__(self) -> None:
        # One value, so that two threads never see half of a change.
        self.kept = (0, "1970-01-01T00:00:00.%06dZ")

    def turn(self, wall_seconds: float) -> str:
        """Write out a time of another second, and remember it."""
        second, micros = divmod(round(wall_seconds * _MICROS), _MICROS)
        form = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.%%06dZ")
        self.kept = (second, form)
        return form % micros


_second = _Second()
