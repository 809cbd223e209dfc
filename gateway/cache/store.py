"""Where entries are kept: a place that may forget, and that never says more than it was asked."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from gateway.cache.entry import Label

Doomed = Callable[[Label], bool]
# An entry or nothing, where that is known at once; else it comes a moment later.
Look = bytes | None | asyncio.Future[bytes | None]


class Address(msgspec.Struct, frozen=True, gc=False):
    """Where an entry is: the tag of its tenant, and its name."""

    tenant: bytes
    name: bytes


class Store(Protocol):
    """
    Keep entries for a time.

    A store that cannot be reached has nothing and keeps nothing: a cache may
    fail, but never the exchange. `degraded` counts how often: `unanswered`
    when nothing was found for that, `not_kept` when an entry found no place.
    """

    @property
    def degraded(self) -> Mapping[str, int]:
        """How often it was decided without the place itself, by what was decided."""

    def look(self, address: Address) -> Look:
        """Begin to look; what has to be waited for comes within a small deadline and never fails."""

    def keep(self, address: Address, entry: bytes, ttl_seconds: int) -> None:
        """
        Keep an entry in the place of what is there; never waits, never fails.

        What was kept while its call ran, of a call that began later, stays there.
        """

    async def purge(self, tenant: bytes, doomed: Doomed, name: bytes | None = None) -> int:
        """Remove a tenant's doomed entries, or of them the named one, and return how many there were."""
