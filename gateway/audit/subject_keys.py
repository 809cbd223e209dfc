"""
A key for each person, under which their texts are kept.

The name in the state store is a keyed hash of the person's name, the key is
random; destroying the entry makes every text under it unreadable. Texts that
name no person have a key of their tenant and month.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

import msgspec

from gateway.audit.wrapping import open_wrapped, wrap
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore

KIND = "audit_subject"
_PURPOSE = "audit.subjects"
_REFERENCE_PURPOSE = "audit.subject_names"
_KEY_BYTES = 32
_ID_BYTES = 8
_MOST_REMEMBERED = 10_000


class ContentKey(msgspec.Struct, frozen=True):
    """The key of one person's texts, and the id by which records name it."""

    key_id: str
    key: bytes


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

    def __init__(self, keys: TenantKeys, store: StateStore) -> None:
        self._keys = keys
        self._store = store
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
        name = self.reference(tenant, subject)
        known = self._remembered.get(name)
        if known is None:
            known = await self._find(tenant, name) or await self._make(tenant, name)
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = known
        return known

    async def find(self, tenant: str, subject: str) -> ContentKey | None:
        """Return the key of a person if there is one."""
        return await self._find(tenant, self.reference(tenant, subject))

    async def all_of(self, tenant: str) -> list[tuple[str, str]]:
        """Return name and key id of every key of a tenant."""
        found: list[tuple[str, str]] = []
        for entry in await self._store.list(KIND, f"{tenant}/"):
            opened = open_wrapped(self._keys, tenant, _PURPOSE, entry)
            if opened is not None:
                found.append((entry.name, opened[_KEY_BYTES:].hex()))
        return found

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
        if entry is None:
            return None
        opened = open_wrapped(self._keys, tenant, _PURPOSE, entry)
        # The tenant's own key was destroyed meanwhile: what this one opened is lost, and a new one is due.
        return None if opened is None else ContentKey(opened[_KEY_BYTES:].hex(), opened[:_KEY_BYTES])

    async def _make(self, tenant: str, name: str) -> ContentKey:
        key, key_id = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_ID_BYTES)
        wrapped = wrap(self._keys.derive(tenant, _PURPOSE), key + key_id, name)
        before = await self._store.read(KIND, name)
        try:
            await self._store.write(KIND, name, wrapped, expected=NEW if before is None else before.version)
        except StateConflict:
            return await self._again(tenant, name)
        return ContentKey(key_id.hex(), key)

    async def _again(self, tenant: str, name: str) -> ContentKey:
        found = await self._find(tenant, name)
        return found if found is not None else await self._make(tenant, name)
