"""
An answer as it is kept: the still sealed frames, and in the open only what says whether it counts.

    version 2 | key id 8 | made at, ms 8 | ttl, s 4 | project 8 | model 8 | credential 8 | era 8
    | nonce 12 | sealed

The label (everything before the nonce) is readable without a key but says
nothing to a reader: its names are keyed tags. It is bound to what is sealed.
"""

import struct
import zlib
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind

VERSION = 2
TAG_BYTES = 8
ERA_BYTES = 8
_LAYOUT = struct.Struct(">B8sQI8s8s8s8s")
LABEL_BYTES = _LAYOUT.size
# Below this, the time costs more than the room.
_WORTH_COMPRESSING_BYTES = 4096
# Above this, the time is what others wait: a megabyte of vectors took the event loop for 24 ms, for a
# quarter of the room. Streams are compressed block by block, however long they are.
_MOST_COMPRESSED_BYTES = 256 * 1024
# Half the usual window: a quarter of a megabyte for each answer would be borrowed
# from the system and given back, which takes six times as long as compressing.
_WINDOW_BITS, _MEMORY_LEVEL = -14, 6
_PLAIN, _DEFLATED, _JOINED = b"\x00", b"\x01", b"\x02"
_LENGTH = struct.Struct(">I")


class NotAnEntry(Exception):
    """These bytes are no answer that this gateway could have kept."""


class Label(msgspec.Struct, frozen=True, gc=False):
    """
    What can be known of an entry without opening it; times are wall seconds, names are tags.

    `era` names the last order to forget that its maker had heard of: no clock has a say in that.
    """

    key_id: bytes
    made_at: float
    ttl_seconds: int
    project: bytes
    model: bytes
    credential: bytes
    era: bytes


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The frames of an answer, in the order in which they came; the usage was reported by one of them."""

    kinds: bytes
    texts: list[bytes]
    usage: tuple[int, int, int, int, int, bool] | None
    usage_at: int

    def frames(self) -> list[Frame]:
        """Return the frames as they were."""
        usage = None if self.usage is None else Usage(*self.usage)
        # `sound` has looked at kinds and counts.
        if len(self.texts) == 1:
            return [Frame(_KINDS[self.kinds[0]], self.texts[0], usage)]
        usages: list[Usage | None] = [None] * len(self.texts)
        usages[self.usage_at] = usage
        return [*map(Frame, map(_KINDS.__getitem__, self.kinds), self.texts, usages)]


_KINDS = tuple(FrameKind)
_astuple = msgspec.structs.astuple
_kind_of, _raw_of, _usage_of = attrgetter("kind"), attrgetter("raw"), attrgetter("usage")
_DECODER = msgspec.msgpack.Decoder(Kept)


def kept(frames: Sequence[Frame]) -> Kept:
    """Return frames as they are kept."""
    if len(frames) == 1:
        # As every answer that was asked whole.
        (frame,) = frames
        told = None if frame.usage is None else _astuple(frame.usage)
        return Kept(bytes((frame.kind,)), [frame.raw], told, 0)
    told, at = None, 0
    if any(map(_usage_of, frames)):
        at = len(frames) - 1
        while (usage := frames[at].usage) is None:
            at -= 1
        told = _astuple(usage)
    return Kept(bytes(map(_kind_of, frames)), [*map(_raw_of, frames)], told, at)


def pack(answer: Kept) -> bytes:
    """Return an answer as bytes, compressed where that is worth it."""
    return squeeze(msgspec.msgpack.encode(answer))


def unpack(data: bytes) -> Kept:
    """Return the answer that was packed; raise `NotAnEntry`."""
    try:
        answer = _DECODER.decode(expand(data))
    except msgspec.MsgspecError as error:
        raise NotAnEntry("it cannot be unpacked") from error
    return sound(answer)


def join(parts: Sequence[bytes]) -> bytes:
    """Return packed parts of one answer as one."""
    if len(parts) == 1:
        return parts[0]
    head = _JOINED + _LENGTH.pack(len(parts))
    return b"".join([head, *(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))])


def frames_in(data: bytes) -> list[Frame]:
    """Return the frames of what was packed, in one part or joined; raise `NotAnEntry`."""
    if data[:1] != _JOINED:
        return unpack(data).frames()
    frames: list[Frame] = []
    try:
        (count,) = _LENGTH.unpack_from(data, 1)
        place = 1 + _LENGTH.size
        for _ in range(count):
            start = place + _LENGTH.size
            place = start + _LENGTH.unpack_from(data, place)[0]
            frames += unpack(data[start:place]).frames()
    except struct.error as error:
        raise NotAnEntry("it was cut") from error
    if not frames or place != len(data):
        raise NotAnEntry("it was cut")
    return frames


def squeeze(plain: bytes) -> bytes:
    """Return bytes that begin with how the rest is to be read."""
    if not _WORTH_COMPRESSING_BYTES <= len(plain) <= _MOST_COMPRESSED_BYTES:
        return _PLAIN + plain
    deflater = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    deflated = deflater.compress(plain) + deflater.flush()
    return _DEFLATED + deflated if len(deflated) < len(plain) else _PLAIN + plain


def expand(data: bytes) -> bytes:
    """Return what was squeezed; raise `NotAnEntry`."""
    try:
        return zlib.decompress(data[1:], -zlib.MAX_WBITS) if data[:1] == _DEFLATED else data[1:]
    except zlib.error as error:
        raise NotAnEntry("it cannot be unpacked") from error


def sound(answer: Kept) -> Kept:
    """Return frames whose parts fit; raise `NotAnEntry`."""
    count = len(answer.texts)
    if not count or count != len(answer.kinds) or not 0 <= answer.usage_at < count:
        raise NotAnEntry("its parts do not fit")
    if max(answer.kinds) >= len(_KINDS):
        raise NotAnEntry("it has frames of no known kind")
    return answer


def write_label(label: Label) -> bytes:
    """Return a label as it stands before an entry."""
    made_ms = max(0, int(label.made_at * 1000))
    return _LAYOUT.pack(
        VERSION, label.key_id, made_ms, label.ttl_seconds,
        label.project, label.model, label.credential, label.era,
    )  # fmt: skip


def read_label(entry: bytes) -> Label:
    """Return the label of an entry; raise `NotAnEntry` for what has none, or one of another version."""
    if len(entry) < LABEL_BYTES or entry[0] != VERSION:
        raise NotAnEntry("it has no label of this version")
    _, key_id, made_ms, ttl, project, model, credential, era = _LAYOUT.unpack_from(entry)
    return Label(key_id, made_ms / 1000, ttl, project, model, credential, era)
