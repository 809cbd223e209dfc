"""Keys that have ended are removed after a time, by one gateway, and never because of a wrong clock."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import NEW, Entry, MemoryStateStore, StateStore, StateUnavailable
from gateway.identity.ended_keys import (
    EVERY_SECONDS,
    FIRST_AFTER_SECONDS,
    MOST_AT_ONCE,
    EndedKeys,
    ended_before,
)
from gateway.identity.key_document import KIND, KeyDocument, encode_key
from gateway.vocabulary.notice import Notice
from tests.fakes.virtual_time import LoopClock, in_virtual_time
from tests.identity.test_key_document import a_document

_KEPT = 1000.0


class Bench:
    """A store with keys, and gateways that look for those that have ended."""

    def __init__(self, store: StateStore | None = None) -> None:
        self.store = store or MemoryStateStore()
        self.clock = FakeClock()
        self.told: list[Notice] = []
        self.one, self.other = self.gateway(), self.gateway()

    def gateway(self) -> EndedKeys:
        """One more gateway."""
        return EndedKeys(self.store, self.clock, _KEPT, self.told.append)

    async def keep(self, *documents: KeyDocument) -> None:
        """Let these keys stand in the store."""
        for one in documents:
            await self.store.write(KIND, one.id, encode_key(one), expected=NEW)

    async def names(self) -> list[str]:
        """The keys that stand there."""
        return [entry.name for entry in await self.store.list(KIND)]


async def test_what_ended_long_ago_is_removed_and_told() -> None:
    """
    At the second look; all others stay, a blocked one and a damaged one too.
    """
    bench = Bench()
    now = bench.clock.wall()
    long_ago, lately = now - _KEPT, now - _KEPT + 1
    await bench.keep(
        a_document(id="revoked", revoked_at=long_ago, expires_at=now + 5),
        a_document(id="expired", expires_at=long_ago - 1),
        a_document(id="lately-revoked", revoked_at=lately, expires_at=long_ago),
        a_document(id="lately-expired", expires_at=lately),
        a_document(id="blocked", blocked=True),
        a_document(id="good"),
    )
    await bench.store.write(KIND, "damaged", b"{", expected=NEW)

    assert [0, 2, 0] == [await bench.one.sweep() for _ in range(3)]

    assert ["blocked", "damaged", "good", "lately-expired", "lately-revoked"] == await bench.names()
    assert [
        ("key.removed", "expired", "acme", "expired"),
        ("key.removed", "revoked", "acme", "revoked"),
    ] == [(one.kind, one.facts["key"], one.facts["tenant"], one.facts["reason"]) for one in bench.told]


async def test_a_clock_that_was_ahead_for_a_moment_removes_nothing() -> None:
    """
    Whoever has a good key would be turned away for good.
    """
    bench = Bench()
    await bench.keep(a_document(id="good", expires_at=bench.clock.wall() + 60))

    bench.clock.advance(10 * _KEPT)
    assert 0 == await bench.one.sweep()
    bench.clock.advance(-10 * _KEPT)

    assert [0, 0] == [await bench.one.sweep() for _ in range(2)]
    assert ["good"] == await bench.names()


async def test_of_two_gateways_one_removes_a_key() -> None:
    """
    And tells it.
    """
    bench = Bench()
    await bench.keep(*(a_document(id=f"k{number}", revoked_at=1.0) for number in range(20)))
    await asyncio.gather(bench.one.sweep(), bench.other.sweep())

    removed = await asyncio.gather(bench.one.sweep(), bench.other.sweep())

    assert 20 == sum(removed) == len(bench.told)
    assert [] == await bench.names()


class Renewing(MemoryStateStore):
    """A store in which an administrator is quicker than whoever removes."""

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Return what is there, and change it behind the back of who asked."""
        entries = await super().list(kind, prefix)
        for entry in entries:
            await self.write(kind, entry.name, encode_key(a_document(id=entry.name)))
        return entries


async def test_a_key_that_is_changed_meanwhile_stays() -> None:
    """
    An expired one that has just been given more time.
    """
    bench = Bench(Renewing())
    await bench.keep(a_document(id="k1", expires_at=1.0))
    bench.one._overdue = frozenset({"k1"})

    assert 0 == await bench.one.sweep()
    assert (["k1"], []) == (await bench.names(), bench.told)


@pytest.mark.slow
async def test_a_backlog_is_removed_in_parts() -> None:
    """
    Each removal is a write to the disk; those that ended first go first.
    """
    bench = Bench()
    count = MOST_AT_ONCE + 3
    await bench.keep(*(a_document(id=f"k{number:04}", revoked_at=float(number)) for number in range(count)))

    assert [0, MOST_AT_ONCE, 3] == [await bench.one.sweep() for _ in range(3)]
    assert "k0000" == bench.told[0].facts["key"]


class Away(MemoryStateStore):
    """A store that does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    async def list(self, kind: str, prefix: str = "") -> tuple[Entry, ...]:
        """Fail."""
        self.asked.append(asyncio.get_running_loop().time())
        raise StateUnavailable(f"away: {kind}{prefix}")


@in_virtual_time
async def test_it_goes_on_looking_whatever_the_store_does() -> None:
    """
    A while after the start, and then a few times a day.
    """
    store = Away()
    work = asyncio.ensure_future(EndedKeys(store, LoopClock(), _KEPT, print).run())
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(FIRST_AFTER_SECONDS + 2 * EVERY_SECONDS + 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work

    first = began + FIRST_AFTER_SECONDS
    assert [first, first + EVERY_SECONDS, first + 2 * EVERY_SECONDS] == pytest.approx(store.asked)


@given(st.lists(st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=8))
def test_whoever_is_good_is_never_among_the_ended(times: Sequence[tuple[int | None, int | None]]) -> None:
    """
    Whatever the times are.
    """
    documents = [
        a_document(id=f"k{number}", revoked_at=revoked, expires_at=expires)
        for number, (revoked, expires) in enumerate(times)
    ]
    entries = [Entry(KIND, one.id, encode_key(one), 1) for one in documents]

    ended = {one.key_id for one in ended_before(5.0, entries)}

    assert not ended & {one.id for one in documents if one.standing(5.0) == "active"}
