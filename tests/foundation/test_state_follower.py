"""Memory follows the store: by hints, by asking, and honestly when there is no answer."""

import asyncio
from collections.abc import Collection, Sequence

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.state_follower import PATIENCE_SECONDS, WHOLE_SECONDS, StateFollower
from gateway.foundation.state_store import (
    IDENTITY,
    Changes,
    Entry,
    MemoryStateStore,
    StateEmptied,
    StateUnavailable,
)
from tests.fakes.house import until
from tests.fakes.virtual_time import in_virtual_time, settle_down

_LONG = 3600.0


class Memory:
    """What one taker was told."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bool]] = []

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Remember it."""
        self.taken.append(([entry.name for entry in entries], is_whole))


async def test_the_first_time_everything_is_taken_in() -> None:
    """
    Also nothing, so that a taker knows that there is nothing.
    """
    store, memory, other = MemoryStateStore(), Memory(), Memory()
    await store.write("api_key", "k1", b"x")
    follower = StateFollower(store, FakeClock())
    follower.follow("api_key", memory)
    follower.follow("client", other)

    await follower.catch_up()

    assert [(["k1"], True)] == memory.taken
    assert [([], True)] == other.taken


async def test_later_only_those_hear_whose_kind_changed() -> None:
    """
    And nobody when nothing did.
    """
    store, memory, other = MemoryStateStore(), Memory(), Memory()
    follower = StateFollower(store, FakeClock())
    follower.follow("api_key", memory)
    follower.follow("client", other)
    await follower.catch_up()

    await store.write("api_key", "k1", b"x")
    await follower.catch_up()
    await follower.catch_up()

    assert [([], True), (["k1"], False)] == memory.taken
    assert [([], True)] == other.taken


async def test_a_hint_is_followed_at_once() -> None:
    """
    Without waiting for the next look.
    """
    store, memory = MemoryStateStore(), Memory()
    follower = StateFollower(store, FakeClock(), every_seconds=_LONG)
    follower.follow("api_key", memory)
    await follower.catch_up()
    running = asyncio.ensure_future(follower.run())
    await settle_down()
    await store.write("api_key", "k1", b"x")

    follower.hint()
    await settle_down()
    running.cancel()

    assert (["k1"], False) == memory.taken[-1]


async def test_without_hints_it_looks_by_itself() -> None:
    """
    A lost message delays a change by one interval and no more.
    """
    store, memory = MemoryStateStore(), Memory()
    follower = StateFollower(store, FakeClock(), every_seconds=0.001)
    follower.follow("api_key", memory)
    running = asyncio.ensure_future(follower.run())
    await until(lambda: memory.taken != [])

    await store.write("api_key", "k1", b"x")
    await until(lambda: memory.taken[-1] == (["k1"], False))
    running.cancel()


async def test_a_silent_store_is_told_once_and_stale_after_the_grace() -> None:
    """
    What is known counts for the grace, not a second longer; the first answer ends it.
    """
    store, clock = MemoryStateStore(), FakeClock()
    told: list[StateUnavailable | None] = []
    follower = StateFollower(store, clock, grace_seconds=60.0, on_change=told.append)
    await follower.catch_up()
    store.fail()

    standing = []
    for seconds in (0.0, 60.0, 0.1):
        clock.advance(seconds)
        with pytest.raises(StateUnavailable):
            await follower.catch_up()
        standing.append((follower.is_lost, follower.is_stale))
    store.fail(None)
    await follower.catch_up()

    assert [(True, False), (True, False), (True, True)] == standing
    assert (False, False) == (follower.is_lost, follower.is_stale)
    assert ["The state store does not answer: it was told to fail.", "None"] == [*map(str, told)]


async def test_a_silent_store_does_not_end_the_following() -> None:
    """
    It is asked again and again.
    """
    store, memory = MemoryStateStore(), Memory()
    follower = StateFollower(store, FakeClock(), every_seconds=_LONG)
    follower.follow("api_key", memory)
    store.fail()
    running = asyncio.ensure_future(follower.run())
    await settle_down()
    follower.hint()
    await settle_down()
    store.fail(None)

    follower.hint()
    await settle_down()
    running.cancel()

    assert [([], True)] == memory.taken


async def test_a_follower_that_asks_no_more_is_stale_in_the_end() -> None:
    """
    Whatever ended it: nobody goes on believing for ever.
    """
    store, clock = MemoryStateStore(), FakeClock()
    follower = StateFollower(store, clock, grace_seconds=60.0)
    await follower.catch_up()

    clock.advance(61.0)
    soon = follower.is_stale
    clock.advance(60.0)

    assert (False, True) == (soon, follower.is_stale)


class _Choosy(Memory):
    """A taker that cannot read what it is given, until it is mended."""

    is_broken = True

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Fail, or remember it."""
        if self.is_broken:
            raise ValueError("this cannot be read")
        super().take(entries, is_whole=is_whole)


async def test_a_taker_that_fails_keeps_nothing_from_the_others() -> None:
    """
    They hear of a revoked key all the same. The one that failed is told again; till then memory grows stale.
    """
    store, clock, choosy, memory = MemoryStateStore(), FakeClock(), _Choosy(), Memory()
    follower = StateFollower(store, clock, grace_seconds=60.0)
    follower.follow("cache_purge", choosy)
    follower.follow("api_key", memory)
    await store.write("api_key", "k1", b"x")

    with pytest.raises(ValueError, match="cannot be read"):
        await follower.catch_up()
    clock.advance(3600.0)
    was_stale = follower.is_stale
    choosy.is_broken = False
    await follower.catch_up()

    assert [(["k1"], True), (["k1"], True)] == memory.taken
    assert [([], True)] == choosy.taken
    assert (True, False) == (was_stale, follower.is_stale)


async def test_of_some_kinds_only_what_changes_is_read() -> None:
    """
    Its taker hears that everything was told, and of changes from then on; the rest nobody asks for.
    """
    store, memory, people = MemoryStateStore(), Memory(), Memory()
    await store.write("api_key", "k1", b"x")
    await store.write("person", "maria", b"x")
    follower = StateFollower(store, FakeClock())
    follower.follow("api_key", memory)
    follower.follow("person", people, needs_whole=False)

    await follower.catch_up()
    await store.write("person", "maria", None)
    await follower.catch_up()

    assert [(["k1"], True)] == memory.taken
    assert [([], True), (["maria"], False)] == people.taken


class _Slow(MemoryStateStore):
    """A store whose answer takes so many seconds."""

    seconds = 0.0

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Return it late."""
        await asyncio.sleep(self.seconds)
        return await super().changes_since(cursor, kinds)


@in_virtual_time
async def test_there_is_more_time_to_read_everything_than_to_hear_what_is_new() -> None:
    """
    A large store keeps no gateway from starting, nor one that was behind for long from catching up.
    """
    store = _Slow()
    follower = StateFollower(store, FakeClock())
    answered = []
    for seconds in (WHOLE_SECONDS - 1, PATIENCE_SECONDS + 1, WHOLE_SECONDS - 1, PATIENCE_SECONDS + 1):
        store.seconds = seconds
        try:
            await follower.catch_up()
        except StateUnavailable:
            answered.append(False)
        else:
            answered.append(True)

    assert [True, False, True, False] == answered


class Restarted(MemoryStateStore):
    """A store in whose place there may be another one."""

    def __init__(self, *stores: MemoryStateStore) -> None:
        super().__init__()
        self.stores = list(stores)

    async def changes_since(self, cursor: str, kinds: Collection[str] | None = None) -> Changes:
        """Ask the store that is there now."""
        return await self.stores[0].changes_since(cursor, kinds)


async def _a_store(identity: bytes, *revoked: str) -> MemoryStateStore:
    store = MemoryStateStore()
    await store.write(*IDENTITY, identity)
    for name in revoked:
        await store.write("revoked_token", name, b"x")
    return store


@pytest.mark.parametrize("identity", [None, b"another"])
async def test_an_emptied_store_is_not_believed(identity: bytes | None) -> None:
    """
    What was revoked stays revoked, and memory is stale after the grace; what is restored is followed again.
    """
    empty = MemoryStateStore() if identity is None else await _a_store(identity)
    store = Restarted(await _a_store(b"ours", "t1"), empty, await _a_store(b"ours", "t1", "t2"))
    clock, memory, told = FakeClock(), Memory(), list[StateUnavailable | None]()
    follower = StateFollower(store, clock, grace_seconds=300, on_change=told.append)
    follower.follow("revoked_token", memory)
    await follower.catch_up()

    store.stores.pop(0)
    clock.advance(301)
    with pytest.raises(StateUnavailable, match="emptied"):
        await follower.catch_up()
    was_stale = follower.is_stale
    store.stores.pop(0)
    await follower.catch_up()

    assert [(["t1"], True), (["t1", "t2"], True)] == memory.taken
    assert (True, False, [StateEmptied, type(None)]) == (was_stale, follower.is_stale, [*map(type, told)])
