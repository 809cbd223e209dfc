"""A Redis that is slow, full or away is a cache that has nothing."""

import asyncio

import pytest

from gateway.cache.brief_call import REST_SECONDS
from gateway.cache.redis_store import MOST_UNWRITTEN_BYTES, RedisStore, entry_key
from gateway.cache.store import Address
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

_HERE = Address(b"tenant01", b"n" * 16)


@pytest.mark.slow
async def test_a_redis_that_does_not_answer_is_waited_for_only_so_long(redis_server: RedisServer) -> None:
    """
    Then nothing was found, and for a while nobody else waits at all.
    """
    clock = FakeClock()
    async with a_link(redis_server.url, must_keep=False) as link:
        store = RedisStore(link, clock, look_seconds=0.01)
        store.keep(_HERE, b"entry", 60)
        assert await RedisStore(link, clock, look_seconds=5).look(_HERE)
        redis_server.ask("CLIENT", "PAUSE", "150", "ALL")

        async with asyncio.timeout(5):
            assert await store.look(_HERE) is None
        assert store.look(_HERE).done()
        assert {"unanswered": 2, "not_kept": 0} == store.degraded

        clock.advance(REST_SECONDS)
        patient = RedisStore(link, clock, look_seconds=5)
        assert b"entry" == await patient.look(_HERE)


async def test_a_redis_that_is_away_has_nothing_and_keeps_nothing() -> None:
    """
    No error reaches anyone.
    """
    tasks = LastTasks(lambda _: None)
    link = RedisLink(Dialler(parse_address("redis://127.0.0.1:1"), must_keep=False), tasks)
    store = RedisStore(link, FakeClock(), look_seconds=5)

    store.keep(_HERE, b"entry", 60)
    found = await store.look(_HERE)

    assert (None, 0) == (found, store.unwritten_bytes)
    assert {"unanswered": 1, "not_kept": 1} == store.degraded
    await link.close()
    await tasks.finish(0)


async def test_no_more_waits_to_be_written_than_there_is_room_for(redis_server: RedisServer) -> None:
    """
    What would be too much is not kept.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        store = RedisStore(link, FakeClock(), look_seconds=5)
        store.unwritten_bytes = MOST_UNWRITTEN_BYTES

        store.keep(_HERE, b"entry", 60)

        assert await store.look(_HERE) is None
        assert {"unanswered": 0, "not_kept": 1} == store.degraded


async def test_an_entry_has_its_time_and_no_readable_name(redis_server: RedisServer) -> None:
    """
    Redis forgets it by itself; all keys of a tenant are in one slot of a cluster.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        store = RedisStore(link, FakeClock(), look_seconds=5)
        store.keep(_HERE, b"entry", 60)
        await store.look(_HERE)

    name = f"dsg-cache:{{{b'tenant01'.hex()}}}:{(b'n' * 16).hex()}"
    assert redis_server.ask("TTL", name) in (b":60\r\n", b":59\r\n")


async def test_a_full_redis_keeps_nothing_and_harms_nobody(redis_server: RedisServer) -> None:
    """
    An error of Redis is counted, and the exchange goes on.
    """
    redis_server.ask("CONFIG", "SET", "maxmemory", "1")
    try:
        async with a_link(redis_server.url, must_keep=False) as link:
            store = RedisStore(link, FakeClock(), look_seconds=5)
            store.keep(_HERE, b"entry", 60)
            assert await store.look(_HERE) is None
            assert {"unanswered": 0, "not_kept": 1} == store.degraded
            assert 0 == store.unwritten_bytes
    finally:
        redis_server.ask("CONFIG", "SET", "maxmemory", "0")


async def test_a_key_of_another_type_is_no_entry_and_is_purged_or_replaced(redis_server: RedisServer) -> None:
    """
    Whoever put it there, nobody is kept from an answer for it.
    """
    mine, other = entry_key(_HERE.tenant, _HERE.name).decode(), entry_key(_HERE.tenant, b"m" * 16).decode()
    async with a_link(redis_server.url, must_keep=False) as link:
        store = RedisStore(link, FakeClock(), look_seconds=5)
        for key in (mine, other):
            redis_server.ask("HSET", key, "field", "value")
        before = await store.look(_HERE)
        store.keep(_HERE, b"entry", 60)
        found = await store.look(_HERE)
        count = await store.purge(_HERE.tenant, lambda _: False)

    assert (None, b"entry", 2) == (before, found, count)
