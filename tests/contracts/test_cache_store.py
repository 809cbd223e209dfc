"""Every store of answers keeps, finds, forgets and purges in the same way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.cache.entry import write_label
from gateway.cache.memory_store import MemoryStore
from gateway.cache.redis_store import RedisStore
from gateway.cache.store import Address, Store
from gateway.foundation.clock import FakeClock
from tests.fakes.cache_values import a_label
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

KINDS = ("memory", "redis")
_HERE, _THERE = Address(b"tenant01", b"n" * 16), Address(b"tenant01", b"m" * 16)
_RIVAL = Address(b"tenant02", b"n" * 16)


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """An empty store."""
    if request.param == "memory":
        yield MemoryStore(FakeClock(), 1_000_000)
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    async with a_link(server.url, must_keep=False) as link:
        yield RedisStore(link, FakeClock(), look_seconds=5)


def _entry(text: bytes = b"answer", **label: object) -> bytes:
    return write_label(a_label(**label)) + text


async def _found(store: Store, address: Address) -> bytes | None:
    look = store.look(address)
    return await look if isinstance(look, asyncio.Future) else look


def _always(_label: object) -> bool:
    return True


async def test_what_was_never_kept_is_not_found(store: Store) -> None:
    """
    None is no error.
    """
    assert await _found(store, _HERE) is None


async def test_what_was_kept_is_found_under_its_address_alone(store: Store) -> None:
    """
    Every byte, and nothing under another name or tenant.
    """
    entry = _entry(bytes(range(256)) * 100)

    store.keep(_HERE, entry, 60)

    assert entry == await _found(store, _HERE)
    assert await _found(store, _THERE) is None
    assert await _found(store, _RIVAL) is None


async def test_what_is_kept_later_takes_the_place(store: Store) -> None:
    """
    One answer for one address.
    """
    store.keep(_HERE, _entry(b"old"), 60)
    store.keep(_HERE, _entry(b"new"), 60)

    assert _entry(b"new") == await _found(store, _HERE)


async def test_what_was_asked_for_earlier_does_not_take_the_place_of_what_came_meanwhile(
    store: Store,
) -> None:
    """
    A call that took long ends after a younger one, whose answer is the newer.
    """
    now = FakeClock().wall()
    store.keep(_HERE, _entry(b"young", made_at=now - 1), 3600)
    store.keep(_HERE, _entry(b"old", made_at=now - 5), 3600)

    assert _entry(b"young", made_at=now - 1) == await _found(store, _HERE)


async def test_what_was_there_before_a_call_began_gives_way_whatever_clock_dated_it(store: Store) -> None:
    """
    Its maker's clock may be ahead.
    """
    now = FakeClock().wall()
    store.keep(_HERE, _entry(b"ahead", made_at=now + 200, ttl_seconds=3600), 3500)
    store.keep(_HERE, _entry(b"new", made_at=now - 5), 3600)

    assert _entry(b"new", made_at=now - 5) == await _found(store, _HERE)


@pytest.mark.parametrize("there", [b"", b"foreign", b"\x01" + b"\xff" * 99, write_label(a_label())[:-1]])
async def test_what_is_no_entry_gives_way(store: Store, there: bytes) -> None:
    """
    It has nothing to say about its age.
    """
    store.keep(_HERE, there, 3600)
    store.keep(_HERE, _entry(b"new"), 3600)

    assert _entry(b"new") == await _found(store, _HERE)


async def test_looks_of_one_moment_do_not_disturb_each_other(store: Store) -> None:
    """
    Each gets its own answer.
    """
    store.keep(_HERE, _entry(b"here"), 60)
    store.keep(_RIVAL, _entry(b"rival"), 60)

    found = await asyncio.gather(*(_found(store, address) for address in (_HERE, _THERE, _RIVAL)))

    assert [_entry(b"here"), None, _entry(b"rival")] == found


async def test_a_purge_takes_what_is_doomed_of_one_tenant(store: Store) -> None:
    """
    Other entries and other tenants' stay.
    """
    for address in (_HERE, _THERE, _RIVAL):
        store.keep(address, _entry(model=b"old-mod1" if address != _THERE else b"new-mod1"), 60)
    assert await _found(store, _RIVAL)

    count = await store.purge(b"tenant01", lambda label: label.model == b"old-mod1")

    assert 1 == count
    assert [True, False, False] == [
        await _found(store, address) is None for address in (_HERE, _THERE, _RIVAL)
    ]


async def test_a_purge_may_name_one_entry(store: Store) -> None:
    """
    Only that one goes.
    """
    for address in (_HERE, _THERE):
        store.keep(address, _entry(), 60)
    assert await _found(store, _THERE)

    assert 1 == await store.purge(b"tenant01", _always, _HERE.name)
    assert await _found(store, _HERE) is None
    assert await _found(store, _THERE) is not None


async def test_a_purge_takes_what_cannot_be_read_along(store: Store) -> None:
    """
    Whatever lies there and is no entry goes too.
    """
    store.keep(_HERE, b"something else", 60)
    assert await _found(store, _HERE)

    def never(_label: object) -> bool:
        return False

    assert 1 == await store.purge(b"tenant01", never)


async def test_purging_nothing_is_fine(store: Store) -> None:
    """
    An empty tenant has nothing to remove.
    """
    assert 0 == await store.purge(b"tenant09", _always)
