"""
Entries in a Redis that several gateways share, and that may evict them.

    dsg-cache:{<tag of the tenant>}:<name>    an entry, with its time to live

It has a link of its own, so that a big answer never delays what limits ask.
"""

import asyncio
from typing import Any

from gateway.cache.entry import LABEL_BYTES, NotAnEntry, read_label
from gateway.cache.store import Address, Doomed
from gateway.foundation.clock import Clock
from gateway.foundation.redis_link.call import Call
from gateway.foundation.redis_link.dialling import slot_of
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.sweep import sweep

LOOK_SECONDS = 0.05
# After a look that took too long, nobody waits for the next ones for a while.
REST_SECONDS = 1.0
MOST_UNWRITTEN_BYTES = 32 * 1024**2
_PREFIX = b"dsg-cache:{"


class RedisStore:
    """Keep entries in Redis; the link is its owner's to close."""

    def __init__(self, link: RedisLink, clock: Clock, look_seconds: float = LOOK_SECONDS) -> None:
        self._link = link
        self._clock = clock
        self._look_seconds = look_seconds
        self._rests_until = 0.0
        self.unwritten_bytes = 0
        self.degraded = {"miss": 0, "not_kept": 0}

    def look(self, address: Address) -> "asyncio.Future[bytes | None]":
        """Ask Redis at once; None when the answer is too late."""
        look = _Look(self, (b"GET", _key(address)), slot_of(address.tenant.hex().encode()))
        if self._clock.monotonic() < self._rests_until:
            self.degraded["miss"] += 1
            look.future.set_result(None)
        else:
            look.begin(self._look_seconds)
            self._link.send(look)
        return look.future

    def keep(self, address: Address, entry: bytes, ttl_seconds: int) -> None:
        """Send an entry; it is dropped if too much waits to be sent already."""
        if self.unwritten_bytes + len(entry) > MOST_UNWRITTEN_BYTES:
            self.degraded["not_kept"] += 1
            return
        words = (b"SET", _key(address), entry, b"EX", ttl_seconds)
        self.unwritten_bytes += len(entry)
        self._link.send(_Keep(self, words, slot_of(address.tenant.hex().encode())))

    async def purge(self, tenant: bytes, doomed: Doomed, name: bytes | None = None) -> int:
        """Look through the tenant's entries and remove what is doomed; raise a `RedisFailure`."""

        def is_doomed(label: bytes) -> bool:
            try:
                return doomed(read_label(label))
            except NotAnEntry:
                return True

        wanted = b"*" if name is None else name.hex().encode()
        pattern = _PREFIX + tenant.hex().encode() + b"}:" + wanted
        return await sweep(self._link, pattern, LABEL_BYTES, is_doomed)

    def was_late(self) -> None:
        """Take note that Redis did not answer a look in time."""
        self.degraded["miss"] += 1
        self._rests_until = self._clock.monotonic() + REST_SECONDS


class _Look(Call):
    """A GET that is worth waiting for only so long."""

    __slots__ = ("_store", "_timer", "future")

    def __init__(self, store: RedisStore, words: tuple[bytes, ...], slot: int) -> None:
        super().__init__(words, slot, is_repeatable=True)
        self._store = store
        self._timer: asyncio.TimerHandle | None = None
        self.future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        return not self.future.done()

    def begin(self, seconds: float) -> None:
        """Wait no longer than this."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def arrived(self, reply: Any) -> None:
        """Hand over what was found."""
        self._tell(reply if isinstance(reply, bytes) else None)

    def failed(self, failure: RedisFailure) -> None:  # noqa: ARG002 - whatever it is, nothing was found
        """Find nothing; of a look that nobody waits for it was told already."""
        if self.is_wanted:
            self._store.degraded["miss"] += 1
        self._tell(None)

    def _give_up(self) -> None:
        if not self.future.done():
            self._store.was_late()
            self._tell(None)

    def _tell(self, found: bytes | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self.future.done():
            self.future.set_result(found)


class _Keep(Call):
    """A SET whose outcome only counts."""

    __slots__ = ("_size", "_store")

    def __init__(self, store: RedisStore, words: tuple[bytes, bytes, bytes, bytes, int], slot: int) -> None:
        super().__init__(words, slot, is_repeatable=True)
        self._store = store
        self._size = len(words[2])

    def arrived(self, reply: Any) -> None:  # noqa: ARG002 - it is kept
        """Take note that it is no longer on its way."""
        self._store.unwritten_bytes -= self._size

    def failed(self, failure: RedisFailure) -> None:  # noqa: ARG002 - whatever it is, nothing is kept
        """Count an answer that was not kept."""
        self._store.degraded["not_kept"] += 1
        self._store.unwritten_bytes -= self._size


def _key(address: Address) -> bytes:
    return _PREFIX + address.tenant.hex().encode() + b"}:" + address.name.hex().encode()
