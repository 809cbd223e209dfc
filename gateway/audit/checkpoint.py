"""
What a host signs: heads of its writers in one tree, and a checkpoint over it as a signed note.

A head says how far one writer's tree has come. Heads are the leaves of the
host's own tree, which only grows; a checkpoint is its size and root in the
text of C2SP tlog-checkpoint, with the time and the epoch of the key as
extension lines, and an Ed25519 signature as C2SP signed-note writes it.
"""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_ORIGIN = r"[!-*,-~]{1,200}"
_NOTE = re.compile(
    rf"(?P<origin>{_ORIGIN})\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{{43}}=)\n"
    r"time (?P<time>[0-9T:.-]{26}Z)\nepoch (?P<epoch>[1-9][0-9]*)\n"
)
_SIGNATURE = re.compile(rf"— (?P<name>{_ORIGIN}) (?P<blob>[A-Za-z0-9+/=]+)\n")


class BadNote(Exception):
    """A text that is no checkpoint, or not one of this key."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """How far a writer has come: so many durable records, the root over them, the last one's hash."""

    writer: str
    records: int
    root: str
    last: str
    time: str


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """
    One key and the time from which it signs; the next epoch's beginning is its end.

    `approval` is the signature of the key before over `approved_bytes`, so that
    whoever trusts the first key can follow to the last.
    """

    epoch: int
    origin: str
    public: str
    since: str
    approval: str | None = None

    @property
    def key(self) -> Ed25519PublicKey:
        """The key that checks this epoch's signatures."""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public))

    @property
    def approved_bytes(self) -> bytes:
        """What the key before signs."""
        facts = ("deepseek-gateway audit epoch", str(self.epoch), self.origin, self.public, self.since)
        return "".join(f"{fact}\n" for fact in facts).encode()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The host's tree at one moment."""

    origin: str
    size: int
    root: bytes
    time: str
    epoch: int

    @property
    def text(self) -> str:
        """What is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\ntime {self.time}\nepoch {self.epoch}\n"


def encode_head(head: Head) -> bytes:
    """Return a head as its line, without the line feed: a leaf of the host's tree."""
    return msgspec.json.encode(head)


def public_text(private: Ed25519PrivateKey) -> str:
    """Return the public key as epochs write it."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a signed note names its key."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def sign(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a signed note."""
    public = private.public_key().public_bytes_raw()
    signature = private.sign(checkpoint.text.encode())
    blob = base64.b64encode(key_id(checkpoint.origin, public) + signature).decode()
    return f"{checkpoint.text}\n— {checkpoint.origin} {blob}\n"


def read_note(note: str) -> Checkpoint:
    """Return what a note says, unchecked; raise `BadNote`."""
    found = _NOTE.fullmatch(note.partition("\n\n")[0] + "\n")
    if found is None:
        raise BadNote("is no checkpoint")
    root = base64.b64decode(found["root"])
    return Checkpoint(found["origin"], int(found["size"]), root, found["time"], int(found["epoch"]))


def open_note(note: str, epoch: Epoch) -> Checkpoint:
    """Return what a note says once its signature by this epoch's key is checked; raise `BadNote`."""
    checkpoint = read_note(note)
    if (checkpoint.origin, checkpoint.epoch) != (epoch.origin, epoch.epoch):
        raise BadNote(f"is of epoch {checkpoint.epoch} of {checkpoint.origin}")
    public = base64.b64decode(epoch.public)
    for line in note.partition("\n\n")[2].splitlines(keepends=True):
        found = _SIGNATURE.fullmatch(line)
        if found is None or found["name"] != epoch.origin:
            continue
        blob = base64.b64decode(found["blob"])
        if blob[:4] == key_id(epoch.origin, public) and _is_signed(epoch.key, blob[4:], checkpoint.text):
            return checkpoint
    raise BadNote(f"is not signed by the key of epoch {epoch.epoch}")


def approve(epoch: Epoch, before: Ed25519PrivateKey) -> Epoch:
    """Return the epoch with the approval of the key before it."""
    approval = base64.b64encode(before.sign(epoch.approved_bytes)).decode()
    return msgspec.structs.replace(epoch, approval=approval)


def is_approved(epoch: Epoch, before: Epoch) -> bool:
    """Return whether the key of `before` vouches for this epoch as the next one."""
    if epoch.approval is None or epoch.epoch != before.epoch + 1 or epoch.since < before.since:
        return False
    return _is_signed(before.key, base64.b64decode(epoch.approval), epoch.approved_bytes.decode())


def _is_signed(key: Ed25519PublicKey, signature: bytes, text: str) -> bool:
    try:
        key.verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
