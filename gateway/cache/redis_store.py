"""
Entries in a Redis that several gateways share, and that may evict them.

    dsg-cache:{<tag of the tenant>}:<name>    an entry, with its time to live

It has a link of its own, so that a big answer never delays what limits ask.
"""

import asyncio
from binascii import hexlify
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gateway.cache.brief_call import LOOK_SECONDS, BriefCall, Patience
from gateway.cache.entry import LABEL_BYTES, VERSION, NotAnEntry, read_label
from gateway.cache.store import Address, Doomed
from gateway.foundation.clock import Clock
from gateway.foundation.redis_link.call import Call, Word, read_script
from gateway.foundation.redis_link.dialling import slot_of
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.sweep import sweep

MOST_UNWRITTEN_BYTES = 32 * 1024**2
_PREFIX = b"dsg-cache:{"


_KEEP = read_script("gateway.cache", "keep.lua", LABEL_BYTES=LABEL_BYTES, VERSION=VERSION)


class RedisStore:
    """Keep entries in Redis; the link is its owner's to close."""

    def __init__(self, link: RedisLink, clock: Clock, look_seconds: float = LOOK_SECONDS) -> None:
        self._link = link
        self._clock = clock
        self.patience = Patience(clock, look_seconds)
        self._has_told_script = False
        self.unwritten_bytes = 0
        self.unkept = 0

    @property
    def degraded(self) -> Mapping[str, int]:
        """How often Redis did not answer in time or at all, and could not be given an entry."""
        return {"unanswered": self.patience.failures, "not_kept": self.unkept}

    def look(self, address: Address) -> "asyncio.Future[bytes | None]":
        """Ask Redis at once; None when the answer is too late."""
        look = BriefCall(
            (b"GET", entry_key(address.tenant, address.name)), tenant_slot(address.tenant), self.patience
        )
        look.begin(self._link)
        return look.future

    def keep(self, address: Address, entry: bytes, ttl_seconds: int) -> None:
        """Send an entry; it is dropped if too much waits to be sent already."""
        if self.unwritten_bytes + len(entry) > MOST_UNWRITTEN_BYTES:
            self.unkept += 1
            return
        self.unwritten_bytes += len(entry)
        key, now_ms = entry_key(address.tenant, address.name), int(self._clock.wall() * 1000)
        words = (b"EVALSHA", _KEEP.sha, b"1", key, entry, ttl_seconds, now_ms)
        keep = _Keep(self, words, len(entry), tenant_slot(address.tenant))
        if not self._has_told_script:
            # Else the first look after the first entry would overtake it.
            self._has_told_script = keep.spell_out()
        self._link.send(keep)

    async def purge(self, tenant: bytes, doomed: Doomed, name: bytes | None = None) -> int:
        """Look through the tenant's entries and remove what is doomed; raise a `RedisFailure`."""

        def is_doomed(label: bytes) -> bool:
            try:
                return doomed(read_label(label))
            except NotAnEntry:
                return True

        wanted = b"*" if name is None else name.hex().encode()
        pattern = _of_tenant(tenant) + wanted
        return await sweep(self._link, pattern, LABEL_BYTES, is_doomed)


class _Keep(Call):
    """The keeping of an entry, whose outcome only counts."""

    __slots__ = ("_size", "_store")

    def __init__(self, store: RedisStore, words: tuple[Word, ...], size: int, slot: int) -> None:
        super().__init__(words, slot, is_repeatable=True, script=_KEEP)
        self._store = store
        self._size = size

    def arrived(self, reply: Any) -> None:  # noqa: ARG002 - it is kept, or a younger one is
        """Take note that it is no longer on its way."""
        self._store.unwritten_bytes -= self._size

    def failed(self, failure: RedisFailure) -> None:  # noqa: ARG002 - whatever it is, nothing is kept
        """Count an answer that was not kept."""
        self._store.unkept += 1
        self._store.unwritten_bytes -= self._size


@lru_cache(maxsize=4096)
def tenant_slot(tenant: bytes) -> int:
    """Return the slot of a cluster in which everything of a tenant is."""
    return slot_of(tenant.hex().encode())


@lru_cache(maxsize=4096)
def _of_tenant(tenant: bytes) -> bytes:
    return b"%b%b}:" % (_PREFIX, hexlify(tenant))


def entry_key(tenant: bytes, name: bytes) -> bytes:
    """Return the key of an entry."""
    return _of_tenant(tenant) + hexlify(name)
