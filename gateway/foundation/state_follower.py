"""
Who keeps the memory of a process up to date with the state store.

Asks the store what changed, again and again, and hands it to those who hold
something in memory. A hint (another process said that it wrote) makes the next
question come at once; without any hint it comes after `every_seconds`, so a
change is known everywhere within that time whether hints arrive or not.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from gateway.foundation.clock import Clock
from gateway.foundation.state_store import (
    IDENTITY,
    Changes,
    Entry,
    StateEmptied,
    StateStore,
    StateUnavailable,
)

EVERY_SECONDS = 0.5
GRACE_SECONDS = 300.0
PATIENCE_SECONDS = 5.0
# To read everything takes longer, as it may to catch up with a store that was not heard for a while.
WHOLE_SECONDS = 60.0


class Taker(Protocol):
    """One who holds the entries of a kind in memory."""

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Take in changes, oldest first; if they are whole, forget what is not among them."""


class StateFollower:
    """
    Follow one store for all takers of one process.

    `is_stale` turns true when the store has not answered for the grace: what
    is in memory may then be wrong for longer than anyone promised. It does so
    too, a little later, when nobody asks the store any more. A store that was
    emptied is none that answers: it knows of no revocation. `on_change` hears
    why there is no answer, and None when there is one again.
    """

    def __init__(
        self,
        store: StateStore,
        clock: Clock,
        *,
        every_seconds: float = EVERY_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        on_change: Callable[[StateUnavailable | None], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._every_seconds = every_seconds
        self._grace_seconds = grace_seconds
        self._on_change = on_change
        self._takers: dict[str, list[Taker]] = {}
        # The store's identity too: by it an emptied one is known.
        self._whole_kinds = {IDENTITY[0]}
        self._cursor = ""
        self._identity: bytes | None = None
        self._heard_at = clock.monotonic()
        self._failure: StateUnavailable | None = None
        self._is_behind = True
        self._asking = asyncio.Lock()
        self._hinted = asyncio.Event()
        self._unasked_seconds = grace_seconds + every_seconds + 2 * PATIENCE_SECONDS

    @property
    def is_lost(self) -> bool:
        """Whether the store did not answer when it was asked last."""
        return self._failure is not None

    @property
    def is_stale(self) -> bool:
        """Whether what is in memory is older than the grace permits."""
        silent = self._clock.monotonic() - self._heard_at
        return silent > (self._grace_seconds if self.is_lost else self._unasked_seconds)

    def follow(self, kind: str, taker: Taker, *, needs_whole: bool = True) -> None:
        """
        Hand this taker the entries of a kind from the next question on; call before the first.

        One that does not need the whole is only told that there is one, and what changes from then on.
        """
        self._takers.setdefault(kind, []).append(taker)
        if needs_whole:
            self._whole_kinds.add(kind)

    def hint(self) -> None:
        """Ask the store soon: someone may have written."""
        self._hinted.set()

    async def catch_up(self) -> None:
        """
        Return once memory holds what the store held when this was called; raise `StateUnavailable`.

        A taker that fails keeps nothing from the others. Its failure is raised, and the same
        changes are asked for again: in the end, memory is stale and not silently wrong.
        """
        async with self._asking:
            changes = await self._ask()
            self._recognise(changes)
            failures = [*self._hand_out(changes)]
            if failures:
                raise failures[0]
            self._cursor = changes.cursor
            self._heard()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hinted.wait(), self._every_seconds)
            self._hinted.clear()
            with suppress(StateUnavailable):
                await self.catch_up()

    def _recognise(self, changes: Changes) -> None:
        """Believe everything that is said of no other store than the one that was followed so far."""
        if not changes.is_whole:
            return
        identity = next((one.value for one in changes.entries if (one.kind, one.name) == IDENTITY), None)
        if self._identity is not None and identity != self._identity:
            emptied = StateEmptied()
            self._tell(emptied)
            raise emptied
        self._identity = identity

    def _hand_out(self, changes: Changes) -> Iterator[Exception]:
        for kind, takers in self._takers.items():
            mine = [entry for entry in changes.entries if entry.kind == kind]
            if mine or changes.is_whole:
                for taker in takers:
                    try:
                        taker.take(mine, is_whole=changes.is_whole)
                    except Exception as error:  # noqa: BLE001 - raised once all were told
                        yield error

    async def _ask(self) -> Changes:
        try:
            async with asyncio.timeout(WHOLE_SECONDS if self._is_behind else PATIENCE_SECONDS):
                return await self._store.changes_since(self._cursor, self._whole_kinds)
        except TimeoutError as error:
            self._is_behind = True
            late = StateUnavailable("The state store does not answer in time.")
            self._tell(late)
            raise late from error
        except StateUnavailable as failure:
            self._tell(failure)
            raise

    def _heard(self) -> None:
        self._heard_at = self._clock.monotonic()
        self._is_behind = False
        self._tell(None)

    def _tell(self, failure: StateUnavailable | None) -> None:
        # Of the same kind it is the same trouble, in whatever words.
        if type(failure) is not type(self._failure):
            self._on_change(failure)
        self._failure = failure
