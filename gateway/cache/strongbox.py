"""The one who locks entries, and opens those that were locked for the same tenant under the same name."""

import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.cache.entry import LABEL_BYTES, TAG_BYTES, Label, NotAnEntry, read_label, write_label
from gateway.foundation.random_pieces import RandomPieces

NAMES, ENTRIES = "cache.names", "cache.entries"
_NAME_BYTES = 16
_NONCE_BYTES = 12
# Where the parts of an entry are.
_SEALED_AT = LABEL_BYTES + _NONCE_BYTES
_LABEL, _NONCE, _SEALED = slice(LABEL_BYTES), slice(LABEL_BYTES, _SEALED_AT), slice(_SEALED_AT, None)
_NONCES = RandomPieces(_NONCE_BYTES)


class Keys(Protocol):
    """Where the keys of tenants come from."""

    def derive(self, owner: str, purpose: str) -> bytes:
        """Return the 32 bytes of an owner for one purpose."""

    def key_id(self, owner: str) -> str:
        """Name the data key that an owner has now."""


class TenantBox:
    """
    What one tenant's present key names and locks.

    A name is a keyed hash, so the same question of two tenants has two names
    that nobody can connect. What is locked is bound to tenant, name and label:
    an entry that was moved, mixed up or changed does not open.
    """

    __slots__ = ("_cipher", "_labels", "_namer", "_tags", "_tenant", "key_id", "root", "tag")

    def __init__(self, tenant: str, keys: Keys) -> None:
        self.root = keys.derive(tenant, NAMES)
        self.key_id = bytes.fromhex(keys.key_id(tenant))
        self._cipher = AESGCM(keys.derive(tenant, ENTRIES))
        self._namer = hashlib.blake2b(key=self.root, digest_size=_NAME_BYTES)
        self._tenant = tenant.encode()
        self._tags: dict[tuple[str, str], bytes] = {}
        self._labels: dict[tuple[str, ...], list[bytes]] = {}
        self.tag = self.tag_of("tenant", tenant)

    def name(self, preamble: bytes, question: bytes) -> bytes:
        """Name a question among those who share its answer."""
        namer = self._namer.copy()
        # The length keeps what is in the one from being mistaken for the other.
        namer.update(len(preamble).to_bytes(4, "big") + preamble + question)
        return namer.digest()

    def tag_of(self, kind: str, text: str) -> bytes:
        """Name something of the tenant (a project, a model) without telling what it is."""
        tag = self._tags.get((kind, text))
        if tag is None:
            said = f"{kind}\0{text}".encode()
            tag = hashlib.blake2b(said, key=self.root, digest_size=TAG_BYTES, person=b"cache.tag").digest()
            self._tags[kind, text] = tag
        return tag

    def label(self, made_at: float, ttl_seconds: int, era: bytes, *named: str) -> Label:
        """Return the label of an entry that is made now, of a project, a model and a credential."""
        tags = self._labels.get(named)
        if tags is None:
            kinds = ("project", "model", "credential")
            tags = [self.tag_of(kind, text) for kind, text in zip(kinds, named, strict=True)]
            self._labels[named] = tags
        project, model, credential = tags
        return Label(self.key_id, made_at, ttl_seconds, project, model, credential, era)

    def lock(self, name: bytes, label: Label, content: bytes) -> bytes:
        """Return an entry."""
        written, nonce = write_label(label), _NONCES.take()
        return written + nonce + self._cipher.encrypt(nonce, content, written + name + self._tenant)

    def open(self, name: bytes, entry: bytes) -> tuple[Label, bytes]:
        """Return label and content of an entry; raise `NotAnEntry` for what was not locked so."""
        label = read_label(entry)
        if label.key_id != self.key_id:
            raise NotAnEntry("it was locked with another key")
        try:
            return label, self._cipher.decrypt(
                entry[_NONCE], entry[_SEALED], entry[_LABEL] + name + self._tenant
            )
        except (InvalidTag, ValueError) as error:
            raise NotAnEntry("it was changed, cut, or locked for something else") from error

    def lock_piece(self, flight: bytes, number: int, content: bytes) -> bytes:
        """Return a piece of an answer that is under way, bound to its flight and its place in it."""
        nonce = _NONCES.take()
        return nonce + self._cipher.encrypt(nonce, content, self._binding(flight, number))

    def open_piece(self, flight: bytes, number: int, piece: bytes) -> bytes:
        """Return the content of a piece; raise `NotAnEntry` for what was not locked so."""
        nonce, sealed = piece[:_NONCE_BYTES], piece[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, sealed, self._binding(flight, number))
        except (InvalidTag, ValueError) as error:
            raise NotAnEntry("it was changed, cut, or locked for something else") from error

    def _binding(self, flight: bytes, number: int) -> bytes:
        # No label begins so: what was locked as a piece never opens as an entry.
        return b"flight" + number.to_bytes(8, "big") + flight + self._tenant


class Strongbox:
    """The boxes of all tenants, each with keys that only one tenant has."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._boxes: dict[str, TenantBox] = {}

    def of(self, tenant: str) -> TenantBox:
        """Return the box of a tenant's present key; raise `NoDataKey`."""
        box = self._boxes.get(tenant)
        # A destroyed key has a successor, with which nothing of before can be found.
        if box is None or box.root is not self._keys.derive(tenant, NAMES):
            box = self._boxes[tenant] = TenantBox(tenant, self._keys)
        return box
