"""The keys that sign for a host: made once, kept wrapped in the state store, one after the other."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.checkpoint import Epoch, approve, public_text
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore

KIND = "audit_signer"
_PURPOSE = "audit.signing"
_NONCE = b"\0" * 12


class KeptSigner(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch as the state store keeps it; `wrapped` is its private key."""

    epoch: Epoch
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Signer:
    """One epoch with the key that signs in it."""

    epoch: Epoch
    private: Ed25519PrivateKey


def epochs_in(value: bytes) -> tuple[Epoch, ...]:
    """Return the epochs of an entry of the state store, oldest first."""
    return tuple(kept.epoch for kept in msgspec.json.decode(value, type=list[KeptSigner]))


class SigningKeys:
    """
    The signers of one log, oldest first.

    They follow the state store, so that a key that an operator rotates is
    used by running processes from its beginning on.
    """

    def __init__(self, origin: str, keys: TenantKeys, store: StateStore) -> None:
        self.origin = origin
        self._keys = keys
        self._store = store
        self._version = NEW
        self._signers: tuple[Signer, ...] = ()

    @property
    def signers(self) -> tuple[Signer, ...]:
        """All of them."""
        return self._signers

    def at(self, time: str) -> Signer:
        """Return the one whose epoch this moment belongs to."""
        begun = [signer for signer in self._signers if signer.epoch.since <= time]
        return begun[-1] if begun else self._signers[0]

    async def ensure(self, time: str, published: Sequence[Epoch] = ()) -> None:
        """
        Load the signers of this log, or make the first one; raise `UnusableState`.

        `published` are the epochs that the log has: no other key may take their place, or what they
        signed could be checked no more.
        """
        entry = await self._store.read(KIND, self.origin)
        if entry is None and not published:
            try:
                entry = await self._add((), time)
            except StateConflict:
                entry = await self._store.read(KIND, self.origin)
        if entry is not None:
            self._keep(entry)
        if [signer.epoch for signer in self._signers[: len(published)]] != list(published):
            raise UnusableState(
                f"The audit log '{self.origin}' was signed with a key that the state store does not have: "
                "it is another store, or from a backup that is older than the key. Restore a newer backup. "
                "If there is none, move the log's folder away and delete audit-logs.json in the state "
                "folder: a new log begins, and the old one can still be verified."
            )

    async def rotate(self, since: str) -> Epoch:
        """Add a key that signs from then on, approved by the present one; the old one stays to be checked."""
        entry = await self._store.read(KIND, self.origin)
        if entry is not None:
            self._keep(entry)
        self._keep(await self._add(self._signers, since))
        return self._signers[-1].epoch

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:  # noqa: ARG002 - none is forgotten
        """Follow the store."""
        for entry in entries:
            if entry.name == self.origin and entry.value is not None:
                self._keep(entry)

    async def _add(self, before: tuple[Signer, ...], since: str) -> Entry:
        private = Ed25519PrivateKey.generate()
        epoch = Epoch(epoch=len(before) + 1, origin=self.origin, public=public_text(private), since=since)
        if before:
            epoch = approve(epoch, before[-1].private)
        kept = [self._wrapped(signer) for signer in (*before, Signer(epoch, private))]
        return await self._store.write(KIND, self.origin, msgspec.json.encode(kept), expected=self._version)

    def _wrapped(self, signer: Signer) -> KeptSigner:
        # Each epoch's key is wrapped once under its own public key as label, so a fixed nonce never meets
        # a second text: the cipher is derived for this one epoch.
        secret = self._cipher(signer.epoch).encrypt(_NONCE, signer.private.private_bytes_raw(), None)
        return KeptSigner(epoch=signer.epoch, wrapped=secret)

    def _keep(self, entry: Entry) -> None:
        kept = msgspec.json.decode(entry.value or b"[]", type=list[KeptSigner])
        self._version = entry.version
        self._signers = tuple(self._opened(one) for one in kept)

    def _opened(self, kept: KeptSigner) -> Signer:
        try:
            secret = self._cipher(kept.epoch).decrypt(_NONCE, kept.wrapped, None)
        except InvalidTag as error:
            raise UnusableState(
                f"The key that signs the audit log '{self.origin}' cannot be opened: it is damaged, or the "
                "gateway's own data key is another one now. Restore the state store from a backup."
            ) from error
        return Signer(kept.epoch, Ed25519PrivateKey.from_private_bytes(secret))

    def _cipher(self, epoch: Epoch) -> AESGCM:
        public = base64.b64decode(epoch.public).hex()
        return AESGCM(self._keys.derive(GATEWAY, f"{_PURPOSE}.{public}"))
