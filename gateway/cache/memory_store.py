"""Entries in the memory of one process: so many bytes, and what was not asked for longest goes first."""

import struct
from collections import OrderedDict
from collections.abc import Mapping

from gateway.cache.entry import NotAnEntry, read_label
from gateway.cache.store import Address, Doomed, Look
from gateway.foundation.clock import Clock

# What Python spends on an entry beside its bytes: its key, and its place in the order.
ENTRY_OVERHEAD_BYTES = 176
# Before each entry stands its end; a tuple of both would take ten times the room.
_END = struct.Struct(">d")


class MemoryStore:
    """Keep entries up to `limit_bytes`; one that is larger than a quarter of that is not kept at all."""

    def __init__(self, clock: Clock, limit_bytes: int) -> None:
        self._clock = clock
        self._limit = limit_bytes
        self._entries: OrderedDict[bytes, bytes] = OrderedDict()
        self.size_bytes = 0
        self.degraded: Mapping[str, int] = {}

    def look(self, address: Address) -> Look:
        """Return what is here, at once."""
        key = address.tenant + address.name
        found = self._entries.get(key)
        if found is None:
            return None
        if _END.unpack_from(found)[0] <= self._clock.monotonic():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return found[_END.size :]

    def keep(self, address: Address, entry: bytes, ttl_seconds: int) -> None:
        """Keep an entry, and let go of others until all fit."""
        key, kept = address.tenant + address.name, _END.pack(self._clock.monotonic() + ttl_seconds) + entry
        if (there := self._entries.get(key)) is not None:
            if self._is_younger(there, entry):
                return
            self._drop(key)
        cost = len(kept) + ENTRY_OVERHEAD_BYTES
        if cost * 4 > self._limit:
            return
        self._entries[key] = kept
        self.size_bytes += cost
        while self.size_bytes > self._limit:
            self._drop(next(iter(self._entries)))

    async def purge(self, tenant: bytes, doomed: Doomed, name: bytes | None = None) -> int:
        """Remove what is doomed."""
        keys = [key for key in self._entries if key.startswith(tenant) and key.endswith(name or b"")]
        count = 0
        for key in keys:
            if _is_doomed(self._entries[key][_END.size :], doomed):
                self._drop(key)
                count += 1
        return count

    def _is_younger(self, there: bytes, entry: bytes) -> bool:
        """Whether what is there is of a call that began later, and was kept while the entry's ran."""
        try:
            ours, others = read_label(entry), read_label(there[_END.size :])
        except NotAnEntry:
            return False
        kept_ago = others.ttl_seconds - (_END.unpack_from(there)[0] - self._clock.monotonic())
        return others.made_at > ours.made_at and kept_ago < self._clock.wall() - ours.made_at

    def _drop(self, key: bytes) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.size_bytes -= len(found) + ENTRY_OVERHEAD_BYTES


def _is_doomed(entry: bytes, doomed: Doomed) -> bool:
    try:
        return doomed(read_label(entry))
    except NotAnEntry:
        return True
