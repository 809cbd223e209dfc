"""Memory holds so much, for so long."""

import pytest

from gateway.cache.memory_store import ENTRY_OVERHEAD_BYTES, MemoryStore
from gateway.cache.store import Address
from gateway.foundation.clock import FakeClock

_LIMIT = 10_000
_SIZE = 1000 - ENTRY_OVERHEAD_BYTES - 8


def _at(number: int) -> Address:
    return Address(b"tenant01", b"%16d" % number)


@pytest.fixture
def clock() -> FakeClock:
    """Time that moves when it is told to."""
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> MemoryStore:
    """Room for ten entries of the size used here."""
    return MemoryStore(clock, _LIMIT)


def test_an_entry_is_found_until_its_time_is_over(store: MemoryStore, clock: FakeClock) -> None:
    """
    Then it is gone, and so are its bytes.
    """
    store.keep(_at(1), b"x" * _SIZE, 60)
    clock.advance(59.9)
    assert store.look(_at(1)) is not None

    clock.advance(0.1)

    assert store.look(_at(1)) is None
    assert 0 == store.size_bytes


def test_what_was_not_asked_for_longest_goes_first(store: MemoryStore) -> None:
    """
    Being asked for counts as being young.
    """
    for number in range(10):
        store.keep(_at(number), b"x" * _SIZE, 60)
    store.look(_at(0))

    store.keep(_at(10), b"x" * _SIZE, 60)

    assert store.look(_at(1)) is None
    assert store.look(_at(0)) is not None
    assert _LIMIT >= store.size_bytes


def test_no_entry_takes_the_place_of_all_others(store: MemoryStore) -> None:
    """
    One larger than a quarter is not kept, and what it would replace is old.
    """
    store.keep(_at(1), b"x", 60)

    store.keep(_at(1), b"x" * (_LIMIT // 4), 60)

    assert store.look(_at(1)) is None
    assert 0 == store.size_bytes


async def test_size_is_what_is_kept(store: MemoryStore) -> None:
    """
    Replacing and purging count.
    """
    store.keep(_at(1), b"x" * 100, 60)
    store.keep(_at(1), b"x" * 50, 60)
    assert 50 + 8 + ENTRY_OVERHEAD_BYTES == store.size_bytes

    await store.purge(b"tenant01", lambda _: True)

    assert 0 == store.size_bytes
