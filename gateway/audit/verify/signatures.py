"""Who signed a checkpoint, and whether that key was the right one at that time."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.verify.finding import broken

_NAME = r"[!-*,-~]{1,200}"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
_NOTE = re.compile(
    rf"((?P<origin>{_NAME})\n(?P<size>0|[1-9][0-9]{{0,18}})\n(?P<root>[A-Za-z0-9+/]{{43}}=)\n"
    rf"time (?P<time>{_TIME})\nepoch (?P<epoch>[1-9][0-9]{{0,8}})\n)\n(?P<signatures>(?:\u2014 [^\n]+\n)+)"
)
_SIGNATURE = re.compile(rf"\u2014 ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_KEYS_FILE = "epochs.jsonl"


class BadCheckpoint(Exception):
    """A note that is no checkpoint of this log; the message says why."""


@dataclass(frozen=True, slots=True)
class SignedPoint:
    """What a checkpoint swears: so many heads, this root over them, this time, by the key of this epoch."""

    origin: str
    size: int
    root: bytes
    time: str
    epoch: int


@dataclass(frozen=True, slots=True)
class KeyEpoch:
    """A public key and the time from which it signs."""

    epoch: int
    origin: str
    public: str
    since: str
    approval: str | None

    @property
    def approved(self) -> bytes:
        """What the key before has signed to make this one its heir."""
        lines = ("deepseek-gateway audit epoch", str(self.epoch), self.origin, self.public, self.since)
        return "".join(f"{line}\n" for line in lines).encode()

    def has_signed(self, signature: bytes, text: bytes) -> bool:
        """Return whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(exact_base64(self.public)).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


class KeyHistory:
    """The keys of a log in their order, each vouched for by the one before it."""

    def __init__(self, epochs: Sequence[KeyEpoch]) -> None:
        self.epochs = tuple(epochs)

    def open(self, note: str) -> SignedPoint:
        """Return what a checkpoint swears, if the key of its time signed it; raise `BadCheckpoint`."""
        found = _NOTE.fullmatch(note)
        if found is None:
            raise BadCheckpoint("it is not written as a checkpoint")
        try:
            root = exact_base64(found["root"])
        except ValueError as error:
            raise BadCheckpoint("its root is not exact base64") from error
        size, number = int(found["size"]), int(found["epoch"])
        point = SignedPoint(found["origin"], size, root, found["time"], number)
        key = self._key_of(point)
        if not any(
            _signs(line, key, found[1].encode())
            for line in found["signatures"].removesuffix("\n").split("\n")
        ):
            raise BadCheckpoint(f"the key of epoch {number} did not sign it")
        return point

    def is_of_another(self, note: str) -> bool:
        """Return whether a note is a checkpoint that names another log."""
        found = _NOTE.fullmatch(note)
        return found is not None and found["origin"] != self.epochs[0].origin

    def _key_of(self, point: SignedPoint) -> KeyEpoch:
        if point.epoch > len(self.epochs):
            raise BadCheckpoint(f"no key of epoch {point.epoch} is known")
        key = self.epochs[point.epoch - 1]
        if point.origin != key.origin:
            raise BadCheckpoint(f"it belongs to the log {point.origin}, not to {key.origin}")
        if point.time < key.since:
            raise BadCheckpoint(f"it says {point.time}, when the key of epoch {point.epoch} did not sign yet")
        if point.epoch < len(self.epochs) and point.time > self.epochs[point.epoch].since:
            raise BadCheckpoint(f"it says {point.time}, when the key of epoch {point.epoch} signed no more")
        return key


def opened_at(note: str, keys: KeyHistory, place: str, line: int | None = None) -> SignedPoint:
    """Return what the checkpoint at this place swears; raise `Broken` if it is not good."""
    try:
        return keys.open(note)
    except BadCheckpoint as error:
        raise broken(place, f"the checkpoint is not good: {error}", line=line) from error


def key_history(lines: Iterable[bytes], pins: Sequence[str], origin: str | None = None) -> KeyHistory:
    """
    Return the keys that these lines list; raise `Broken` at the first that nothing vouches for.

    With `pins` (public keys that the checker got elsewhere) the first key must
    be one of them, and each pin must be in the list.
    """
    epochs: list[KeyEpoch] = []
    for number, line in enumerate(lines, start=1):
        epochs.append(_next_epoch(line, epochs, pins, number=number))
    if not epochs:
        raise broken(_KEYS_FILE, "no key is listed, so no checkpoint can be checked")
    if origin is not None and epochs[0].origin != origin:
        raise broken("origin", f"it names the log {origin}, the keys are those of {epochs[0].origin}")
    known = {epoch.public for epoch in epochs}
    for pin in pins:
        if pin not in known:
            raise broken(_KEYS_FILE, f"the pinned key {pin} is not among the keys of this log")
    return KeyHistory(epochs)


def exact_base64(text: str) -> bytes:
    """Return what a text encodes, refusing every other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise ValueError("another spelling of base64")
    return data


def _next_epoch(line: bytes, before: Sequence[KeyEpoch], pins: Sequence[str], *, number: int) -> KeyEpoch:
    try:
        epoch = _epoch(json.loads(line))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise broken(_KEYS_FILE, "the line lists no key", line=number) from error
    if epoch.epoch != len(before) + 1:
        raise broken(_KEYS_FILE, f"epoch {epoch.epoch} stands where {len(before) + 1} should", line=number)
    if not before:
        if pins and epoch.public not in pins:
            raise broken(_KEYS_FILE, "the first key is none of the pinned ones", line=number)
        return epoch
    last = before[-1]
    if epoch.origin != last.origin or epoch.since < last.since:
        raise broken(_KEYS_FILE, f"epoch {epoch.epoch} does not continue the one before", line=number)
    if epoch.approval is None or not last.has_signed(exact_base64(epoch.approval), epoch.approved):
        raise broken(
            _KEYS_FILE, f"the key of epoch {last.epoch} does not vouch for that of {epoch.epoch}", line=number
        )
    return epoch


def _epoch(said: Mapping[str, Any]) -> KeyEpoch:
    own = (said["origin"], said["public"], said["since"])
    approval = said.get("approval")
    texts = (*own, "" if approval is None else approval)
    if not all(isinstance(text, str) for text in texts) or re.fullmatch(_TIME, said["since"]) is None:
        raise ValueError("not an epoch")
    exact_base64(said["public"])
    exact_base64(texts[3])
    return KeyEpoch(int(said["epoch"]), *own, approval)


def _signs(line: str, key: KeyEpoch, text: bytes) -> bool:
    found = _SIGNATURE.fullmatch(line)
    if found is None or found[1] != key.origin:
        return False
    try:
        blob = exact_base64(found[2])
    except ValueError:
        return False
    key_id = sha256(key.origin.encode() + b"\n\x01" + exact_base64(key.public)).digest()[:4]
    return blob[:4] == key_id and key.has_signed(blob[4:], text)
