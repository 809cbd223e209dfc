"""
Keys of tenants: random, kept in the state store wrapped by the master key.

From the one data key of a tenant a key for each purpose is derived, so that
placeholders, cache entries and audit records never share one:

    keys.derive("acme", "redaction.placeholders")     32 bytes, from memory

Destroying a tenant's key puts a fresh one in its place: what was encrypted
before can be read by nobody any more, and the tenant can go on.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.foundation.master_key import KEY_BYTES, CannotOpen, MasterKey
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore

KIND = "data_key"
GATEWAY = "_gateway"
"""The owner of what belongs to no tenant, such as signing keys; no tenant can be named so."""
_ID_BYTES = 8


class NoDataKey(Exception):
    """There is no data key of this owner."""


class WrappedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A data key as the state store keeps it."""

    key_id: str
    master_id: str
    wrapped: bytes


class TenantKeys:
    """
    The data keys of all tenants, opened, in the memory of this process.

    Nothing waits after `load`: a key is derived once and then looked up.
    `take` follows the store; an entry that cannot be opened, or is missing,
    leaves the key that is known in force: it is the one that was used.
    `reread` gives the master key as it is now, where it may have changed.
    """

    def __init__(
        self, master: MasterKey, store: StateStore, reread: Callable[[], MasterKey | None] = lambda: None
    ) -> None:
        self._master = master
        self._reread = reread
        self._store = store
        self._keys: dict[str, tuple[str, bytes]] = {}
        self._derived: dict[str, dict[str, bytes]] = {}
        self.unopened = 0

    def derive(self, owner: str, purpose: str) -> bytes:
        """Return the 32 bytes of an owner for one purpose; raise `NoDataKey`."""
        try:
            return self._derived[owner][purpose]
        except KeyError:
            derived = _derive(self._known(owner)[1], purpose)
        self._derived.setdefault(owner, {})[purpose] = derived
        return derived

    def key_id(self, owner: str) -> str:
        """Name the data key that an owner has now; data written with another one is lost."""
        return self._known(owner)[0]

    async def load(self) -> None:
        """Open every key of the store; raise `UnusableState` if one was wrapped by another master key."""
        for entry in await self._store.list(KIND):
            try:
                self._keep(entry)
            except (CannotOpen, msgspec.MsgspecError) as error:
                raise _unopened(entry.name, error) from error

    async def ensure(self, owners: Iterable[str]) -> None:
        """Make a key for every owner who has none yet."""
        for owner in owners:
            if owner not in self._keys:
                try:
                    await self._put(owner, NEW)
                except StateConflict:
                    # Another process was quicker; its key is the one.
                    self._keep_found(await self._store.read(KIND, owner))

    async def destroy(self, owner: str) -> None:
        """
        Put a fresh key in the place of this owner's; raise `NoDataKey` if there is none.

        The gateway's own is nobody's to destroy: it opens the keys that sign tokens and the audit log.
        """
        if owner == GATEWAY:
            raise NoDataKey(f"'{owner}' is no tenant")
        entry = await self._store.read(KIND, owner)
        if entry is None:
            raise NoDataKey(f"'{owner}' has no data key")
        await self._put(owner, entry.version)

    async def wrap_anew(self) -> int:
        """Wrap by the present master key what an older one wrapped; return how many there were."""
        count = 0
        for entry in await self._store.list(KIND):
            kept = msgspec.json.decode(entry.value or b"", type=WrappedKey)
            if kept.master_id != self._master.key_id:
                key_id, key = self._open(entry)
                await self._write(entry.name, key_id, key, entry.version)
                count += 1
        return count

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:  # noqa: ARG002 - none is forgotten
        """Follow the store; count in `unopened` what this process cannot open."""
        for entry in entries:
            try:
                self._keep_followed(entry)
            except (CannotOpen, msgspec.MsgspecError):
                # The data key itself is the same, most likely, under a master key that we have not.
                self.unopened += 1

    def _keep_followed(self, entry: Entry) -> None:
        try:
            self._keep(entry)
        except CannotOpen:
            # A command may have changed the master key since.
            newer = self._reread()
            if newer is None:
                raise
            self._master = newer
            self._keep(entry)

    def _known(self, owner: str) -> tuple[str, bytes]:
        try:
            return self._keys[owner]
        except KeyError:
            raise NoDataKey(f"'{owner}' has no data key") from None

    async def _put(self, owner: str, expected: int) -> None:
        key_id = secrets.token_hex(_ID_BYTES)
        self._keep(await self._write(owner, key_id, secrets.token_bytes(KEY_BYTES), expected))

    async def _write(self, owner: str, key_id: str, key: bytes, expected: int) -> Entry:
        wrapped = self._master.wrap(key, _label(owner, key_id))
        kept = WrappedKey(key_id=key_id, master_id=self._master.key_id, wrapped=wrapped)
        return await self._store.write(KIND, owner, msgspec.json.encode(kept), expected=expected)

    def _keep_found(self, entry: Entry | None) -> None:
        if entry is not None:
            try:
                self._keep(entry)
            except CannotOpen as error:
                raise _unopened(entry.name, error) from error

    def _keep(self, entry: Entry) -> None:
        if entry.value is None:
            self._drop(entry.name)
            return
        opened = self._open(entry)
        if self._keys.get(entry.name) != opened:
            self._drop(entry.name)
            self._keys[entry.name] = opened

    def _open(self, entry: Entry) -> tuple[str, bytes]:
        kept = msgspec.json.decode(entry.value or b"", type=WrappedKey)
        label = _label(entry.name, kept.key_id)
        return kept.key_id, self._master.open(kept.wrapped, label, kept.master_id)

    def _drop(self, owner: str) -> None:
        self._keys.pop(owner, None)
        self._derived.pop(owner, None)


def _unopened(owner: str, error: Exception) -> UnusableState:
    return UnusableState(
        f"The data key of '{owner}' in the state store cannot be opened: {error}. "
        "Set GATEWAY_MASTER_KEY to the key it was made with, or restore master.key."
    )


def _label(owner: str, key_id: str) -> str:
    return f"data key {key_id} of {owner}"


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
