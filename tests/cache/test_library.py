"""The cache of one process, put together as its place says."""

import asyncio
from pathlib import Path

from gateway.cache.library import Library, Place
from gateway.cache.memory_store import MemoryStore
from gateway.cache.redis_store import RedisStore
from gateway.cache.store import Address
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import RedisAddress, parse_address
from gateway.foundation.state_follower import StateFollower
from gateway.foundation.state_store import MemoryStateStore
from gateway.vocabulary.notice import Notice
from tests.fakes.fixed_keys import FixedKeys
from tests.fakes.redis_server import RedisServer

_HERE = Address(b"tenant01", b"n" * 16)


class Shelved:
    """A library at a place, and what it told."""

    def __init__(self, redis: RedisAddress | None) -> None:
        self.faults: list[BaseException] = []
        self.tasks = LastTasks(self.faults.append)
        self.notices: list[Notice] = []
        self.heard = asyncio.Event()
        place = Place(redis, None, 1_000_000)
        self.library = Library(place, FixedKeys(), FakeClock(), tasks=self.tasks, tell=self._tell)
        self.library.open(StateFollower(MemoryStateStore(), FakeClock()))

    def _tell(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.heard.set()

    async def close(self) -> None:
        """Close everything."""
        await self.library.close()
        await self.tasks.finish(0)


async def test_without_a_redis_answers_are_kept_in_memory() -> None:
    """
    Nothing has to be opened or closed.
    """
    shelved = Shelved(None)

    assert isinstance(shelved.library.store, MemoryStore)
    await shelved.close()


async def test_with_a_redis_answers_are_kept_there(redis_server: RedisServer) -> None:
    """
    Also in one that evicts, which is told when it is reached.
    """
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    try:
        shelved = Shelved(parse_address(redis_server.url))
        await shelved.heard.wait()
        shelved.library.store.keep(_HERE, b"entry", 60)

        assert isinstance(shelved.library.store, RedisStore)
        assert b"entry" == await shelved.library.store.look(_HERE)
        assert [("redis.reached", {"purpose": "cache"})] == [
            (notice.kind, notice.facts) for notice in shelved.notices
        ]
        await shelved.close()
    finally:
        redis_server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")


async def test_a_redis_that_is_away_is_told_and_keeps_nobody_from_starting(tmp_path: Path) -> None:
    """
    The cache is empty until it is there.
    """
    shelved = Shelved(parse_address(f"unix://{tmp_path}/none.sock"))
    await shelved.heard.wait()

    assert "redis.lost" == shelved.notices[0].kind
    assert isinstance(shelved.library.store, RedisStore)
    assert await shelved.library.store.look(_HERE) is None
    await shelved.close()
    assert [] == shelved.faults
