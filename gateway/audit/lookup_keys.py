"""
Keyed hashes of personal values, under a key of its own for every tenant and month.

The keys are random and kept in the state store, wrapped by the tenant's data
key. With a key the question "was this value ever here?" can be answered; once it is
destroyed, the hashes of its period can be tied to nothing any more.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.audit.wrapping import open_wrapped, wrap
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore

KIND = "audit_period"
FORGOTTEN = b"forgotten"
_PURPOSE = "audit.periods"
_KEY_BYTES = 32
_HEX_DIGITS = 32
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Period:
    """One month of one tenant, with its key."""

    tenant: str
    name: str
    key: bytes


class _Memory:
    """Fields that were written in a period, by what is in them."""

    __slots__ = ("askers", "fields", "period")

    def __init__(self, period: str) -> None:
        self.period = period
        self.fields: dict[tuple[str, str, str], bytes] = {}
        self.askers: dict[tuple[str, str | None, str], bytes] = {}


class LookupKeys:
    """
    The keys of all periods, in memory; a look never waits.

    Without a key (its period was forgotten, or the store has not answered for a
    month) there is no hash: a value is rather left out than written plainly.
    """

    def __init__(self, keys: TenantKeys, store: StateStore) -> None:
        self._keys = keys
        self._store = store
        self._known: dict[tuple[str, str], bytes] = {}
        self._forgotten: set[tuple[str, str]] = set()
        self._remembered = _Memory("")

    def hash(self, tenant: str, kind: str, value: str, period: str) -> str | None:
        """Return the hash of a value as records write it, or None if the period has no key."""
        key = self._known.get((tenant, period))
        return None if key is None else hash_of_value(key, period, kind, value)

    def field(self, tenant: str, kind: str, value: str, period: str) -> bytes:
        """Return the hash as a field of a record, named for its kind; nothing if the period has no key."""
        memory, place = self._memory(period), (tenant, kind, value)
        found = memory.fields.get(place)
        if found is None:
            hashed = self.hash(tenant, kind, value, period)
            found = b"" if hashed is None else f',"{kind}":"{hashed}"'.encode()
            _remember(memory.fields, place, found)
        return found

    def asker(self, tenant: str, subject: str | None, address: str, period: str) -> bytes:
        """Return an end user, if one is named, and an address as fields that stand together in a record."""
        memory, place = self._memory(period), (tenant, subject, address)
        found = memory.askers.get(place)
        if found is None:
            named = b"" if subject is None else self.field(tenant, "subject", subject, period)
            found = named + self.field(tenant, "address", address, period)
            _remember(memory.askers, place, found)
        return found

    def _memory(self, period: str) -> "_Memory":
        # What is found with a key that goes meanwhile is remembered by nobody: its memory was left.
        memory = self._remembered
        if memory.period != period:
            memory = self._remembered = _Memory(period)
        return memory

    def periods(self, tenant: str) -> list[Period]:
        """Return the periods of a tenant whose keys are there, oldest first."""
        found = [Period(owner, name, key) for (owner, name), key in self._known.items() if owner == tenant]
        return sorted(found, key=lambda period: period.name)

    async def ensure(self, tenants: Iterable[str], periods: Sequence[str]) -> None:
        """Make the keys that are missing; one that was forgotten is not made again."""
        for tenant in tenants:
            for period in periods:
                if (tenant, period) in self._known or (tenant, period) in self._forgotten:
                    continue
                await self._make(tenant, period)

    async def forget(self, tenant: str, period: str) -> bool:
        """Destroy the key of a period; False if there was none."""
        if await self._store.read(KIND, _name(tenant, period)) is None:
            return False
        self._keep(await self._store.write(KIND, _name(tenant, period), FORGOTTEN))
        return True

    async def load(self) -> None:
        """Read every key there is."""
        for entry in await self._store.list(KIND):
            self._keep(entry)

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:  # noqa: ARG002 - none is forgotten so
        """Follow the store."""
        for entry in entries:
            self._keep(entry)

    async def _make(self, tenant: str, period: str) -> None:
        name = _name(tenant, period)
        wrapped = wrap(self._keys.derive(tenant, _PURPOSE), secrets.token_bytes(_KEY_BYTES), name)
        try:
            self._keep(await self._store.write(KIND, name, wrapped, expected=NEW))
        except StateConflict:
            entry = await self._store.read(KIND, name)
            if entry is not None:
                self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        tenant, _, period = entry.name.rpartition("/")
        self._remembered = _Memory("")
        if entry.value is None or entry.value == FORGOTTEN:
            self._known.pop((tenant, period), None)
            self._forgotten.add((tenant, period))
            return
        key = open_wrapped(self._keys, tenant, _PURPOSE, entry)
        if key is not None:
            self._known[tenant, period] = key


def _remember(fields: dict[Any, bytes], place: Any, field: bytes) -> None:
    if len(fields) > _MOST_REMEMBERED:
        fields.clear()
    fields[place] = field


def period_of(time: str) -> str:
    """Return the period that a time of a record belongs to."""
    return time[:7]


def period_after(period: str) -> str:
    """Return the period that follows."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def hash_of_value(key: bytes, period: str, kind: str, value: str) -> str:
    """Return the hash of a value of this kind under the key of a period."""
    text = f"{kind}\n{value}".encode(errors="surrogatepass")
    return f"h1:{period}:{hmac.new(key, text, hashlib.sha256).hexdigest()[:_HEX_DIGITS]}"


def _name(tenant: str, period: str) -> str:
    return f"{tenant}/{period}"
