"""The end of keys that have ended: revoked and expired ones are removed from the state store after a time."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec

from gateway.foundation.clock import Clock
from gateway.foundation.state_store import Entry, StateConflict, StateStore, StateUnavailable
from gateway.identity.key_document import KIND, KeyDocument, decode_key
from gateway.identity.key_view import time_text
from gateway.vocabulary.notice import Notice

FIRST_AFTER_SECONDS = 900.0
EVERY_SECONDS = 21_600.0
MOST_AT_ONCE = 2_000
"""So many are removed at once; a backlog is worked off in as many looks."""
_ACTOR = "gateway"


class Ended(msgspec.Struct, frozen=True):
    """A key that has ended, as it stood in the store."""

    key_id: str
    tenant: str
    state: str
    ended_at: float
    version: int


class EndedKeys:
    """
    Remove keys once they have been revoked or expired for so many seconds.

    Several gateways may do it at once: each removal is compare-and-set, so
    one of them does and tells it, and a key that is changed meanwhile stays. A
    key is removed when two looks in a row found it overdue: a clock that is
    ahead for a moment takes no key away.
    """

    def __init__(
        self, store: StateStore, clock: Clock, kept_seconds: float, tell: Callable[[Notice], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept_seconds = kept_seconds
        self._tell = tell
        self._overdue: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Look for them until cancelled, a while after the start and then a few times a day."""
        await asyncio.sleep(FIRST_AFTER_SECONDS)
        while True:
            # That the store is away is told by who follows it; the next look comes.
            with suppress(StateUnavailable):
                await self.sweep()
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self) -> int:
        """Remove what was overdue at the last look, too, and return how many; raise `StateUnavailable`."""
        limit = self._clock.wall() - self._kept_seconds
        entries = await self._store.list(KIND)
        # Reading a hundred thousand takes a while, in which requests have their turn.
        overdue = await asyncio.to_thread(ended_before, limit, entries)
        seen, self._overdue = self._overdue, frozenset(one.key_id for one in overdue)
        due = [one for one in overdue if one.key_id in seen][:MOST_AT_ONCE]
        return sum([await self._remove(one) for one in due])

    async def _remove(self, one: Ended) -> bool:
        try:
            await self._store.write(KIND, one.key_id, None, expected=one.version)
        except StateConflict:
            return False
        facts = {"actor": _ACTOR, "key": one.key_id, "tenant": one.tenant, "reason": one.state}
        self._tell(Notice("key.removed", facts | {"ended_at": time_text(one.ended_at)}))
        return True


def ended_before(limit_wall: float, entries: Iterable[Entry]) -> list[Ended]:
    """Return the keys among these that had ended by then, the longest over first."""
    found: list[Ended] = []
    for entry in entries:
        document = _readable(entry)
        if document is None:
            continue
        ended_at = document.expires_at if document.revoked_at is None else document.revoked_at
        if ended_at is not None and ended_at <= limit_wall:
            state = "expired" if document.revoked_at is None else "revoked"
            found.append(Ended(entry.name, document.tenant, state, ended_at, entry.version))
    return sorted(found, key=lambda one: (one.ended_at, one.key_id))


def _readable(entry: Entry) -> KeyDocument | None:
    try:
        return decode_key(entry.value or b"")
    except msgspec.MsgspecError:
        # What is damaged tells nobody whether it has ended: it stays to be looked at.
        return None
