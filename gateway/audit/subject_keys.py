"""
A key for each person, under which their texts are kept.

The name in the state store is a keyed hash of the person's name, the key is
random; destroying the entry makes every text under it unreadable. Texts that
name no person have a key of their tenant and month. With the key stands the
month in which it was last asked for: once nothing can be left of that, it goes.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gateway.audit.lookup_keys import period_of
from gateway.audit.record import time_text
from gateway.audit.wrapping import open_wrapped, wrap
from gateway.foundation.clock import Clock
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore, StateUnavailable

KIND = "audit_subject"
_PURPOSE = "audit.subjects"
_REFERENCE_PURPOSE = "audit.subject_names"
_KEY_BYTES = 32
_ID_BYTES = 8
_MOST_REMEMBERED = 10_000


class ContentKey(msgspec.Struct, frozen=True):
    """The key of one person's texts, the id by which records name it, and the last month of its use."""

    key_id: str
    key: bytes
    month: str = ""


class KeptKey(NamedTuple):
    """A person's key as it stands in the store, under the name of its entry."""

    reference: str
    key: ContentKey
    version: int


class NoPerson(Exception):
    """Nobody is named so: a request whose user is empty names nobody."""

    def __init__(self) -> None:
        super().__init__("The name of the person is empty, so nothing was done. No request names anybody so.")


def person(subject: str) -> str:
    """Return the name under which an end user's key is asked for, as no month is; raise `NoPerson`."""
    if not subject:
        raise NoPerson
    return f"subject:{subject}"


class SubjectKeys:
    """Find or make the key of a person; the last ten thousand are remembered."""

    def __init__(self, keys: TenantKeys, store: StateStore, clock: Clock) -> None:
        self._keys = keys
        self._store = store
        self._clock = clock
        self._remembered: dict[str, ContentKey] = {}

    def demand_known(self, tenant: str) -> None:
        """Raise `NoDataKey` for a tenant that no gateway ever knew, as of a typing error."""
        self._keys.key_id(tenant)

    def reference(self, tenant: str, subject: str) -> str:
        """Return the name under which a person's key is kept."""
        secret = self._keys.derive(tenant, _REFERENCE_PURPOSE)
        digest = hmac.new(secret, subject.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
        return f"{tenant}/{digest}"

    async def of(self, tenant: str, subject: str) -> ContentKey:
        """Return the key of a person, which lasts before this returns; raise `StateUnavailable`."""
        name, month = self.reference(tenant, subject), period_of(time_text(self._clock.wall()))
        known = self._remembered.get(name)
        if known is not None and known.month >= month:
            return known
        try:
            used = await self._used(tenant, name, month)
        except StateUnavailable:
            if known is None:
                raise
            # It was used last month: nobody lets go of it before the next one is over.
            return known
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[name] = used
        return used

    async def find(self, tenant: str, subject: str) -> ContentKey | None:
        """Return the key of a person if there is one."""
        return await self._find(tenant, self.reference(tenant, subject))

    async def all_of(self, tenant: str) -> list[KeptKey]:
        """Return every key of a tenant."""
        entries = await self._store.list(KIND, f"{tenant}/")
        opened = [(entry, self._opened(tenant, entry)) for entry in entries]
        return [KeptKey(entry.name, key, entry.version) for entry, key in opened if key is not None]

    async def let_go(self, kept: KeptKey) -> bool:
        """Destroy a key that opens nothing any more; False if somebody has just used it."""
        try:
            await self._store.write(KIND, kept.reference, None, expected=kept.version)
        except StateConflict:
            return False
        self._remembered.pop(kept.reference, None)
        return True

    async def tenants(self) -> set[str]:
        """Return the tenants of which there are keys."""
        return {entry.name.partition("/")[0] for entry in await self._store.list(KIND)}

    async def destroy(self, tenant: str, subject: str) -> str | None:
        """Destroy the key of a person and return its id, or None if there was none."""
        name = self.reference(tenant, subject)
        found = await self._find(tenant, name)
        if found is None:
            return None
        await self._store.write(KIND, name, None)
        self._remembered.pop(name, None)
        return found.key_id

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Follow the store: a key that another process destroyed is used here no more."""
        if is_whole:
            self._remembered.clear()
        for entry in entries:
            if entry.value is None:
                self._remembered.pop(entry.name, None)

    async def _find(self, tenant: str, name: str) -> ContentKey | None:
        entry = await self._store.read(KIND, name)
        return None if entry is None else self._opened(tenant, entry)

    def _opened(self, tenant: str, entry: Entry) -> ContentKey | None:
        opened = open_wrapped(self._keys, tenant, _PURPOSE, entry)
        if opened is None:
            # The tenant's own key was destroyed: what this one opened is lost, and a new one is due.
            return None
        key, rest = opened[:_KEY_BYTES], opened[_KEY_BYTES:]
        # An older version wrote no month: it is that of the next use.
        return ContentKey(rest[:_ID_BYTES].hex(), key, rest[_ID_BYTES:].decode("ascii", "replace"))

    async def _used(self, tenant: str, name: str, month: str) -> ContentKey:
        """Return the key under this name, made if there is none, once it stands in the store as used now."""
        entry = await self._store.read(KIND, name)
        found = None if entry is None else self._opened(tenant, entry)
        if found is not None and found.month >= month:
            return found
        if found is None:
            found = ContentKey(secrets.token_hex(_ID_BYTES), secrets.token_bytes(_KEY_BYTES))
        used = msgspec.structs.replace(found, month=month)
        plain = used.key + bytes.fromhex(used.key_id) + month.encode()
        wrapped = wrap(self._keys.derive(tenant, _PURPOSE), plain, name)
        try:
            await self._store.write(KIND, name, wrapped, expected=NEW if entry is None else entry.version)
        except StateConflict:
            return await self._used(tenant, name, month)
        return used
