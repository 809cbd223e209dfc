"""The state store in Redis: shared by all, told to all, honest when it is gone."""

import asyncio
from pathlib import Path

import pytest

from gateway.foundation.redis_link.subscription import Subscription
from gateway.foundation.redis_state_store import CHANNEL, RedisStateStore
from gateway.foundation.state_store import StateConflict, StateUnavailable
from tests.fakes.house import until
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer


async def test_two_gateways_share_the_store(redis_server: RedisServer) -> None:
    """
    What one writes, the other one is told when it asks.
    """
    async with a_link(redis_server.url) as here, a_link(redis_server.url) as there:
        mine, theirs = RedisStateStore(here), RedisStateStore(there)
        cursor = (await theirs.changes_since("")).cursor

        await mine.write("api_key", "k1", b"x")
        changes = await theirs.changes_since(cursor)

    assert (["k1"], False) == ([entry.name for entry in changes.entries], changes.is_whole)


async def test_every_write_is_told_on_the_channel(redis_server: RedisServer) -> None:
    """
    A gateway that listens need not wait for its next look.
    """
    words: list[None] = []
    async with a_link(redis_server.url) as here, a_link(redis_server.url) as there:
        listening = asyncio.ensure_future(Subscription(there, CHANNEL, lambda: words.append(None)).run())
        await until(lambda: len(words) == 1)

        await RedisStateStore(here).write("api_key", "k1", b"x")
        await until(lambda: len(words) == 2)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_a_redis_that_forbids_channels_is_still_a_store(redis_server: RedisServer) -> None:
    """
    Words are a hint: without them every gateway looks by itself.
    """
    redis_server.ask("ACL", "SETUSER", "default", "resetchannels")
    try:
        async with a_link(redis_server.url) as link:
            store = RedisStateStore(link)
            written = await store.write("api_key", "k1", b"x")
            found = await store.read("api_key", "k1")
    finally:
        redis_server.ask("ACL", "SETUSER", "default", "allchannels")

    assert written == found


async def test_an_emptied_redis_is_another_store(redis_server: RedisServer) -> None:
    """
    A cursor of before gets everything, which is nothing: nobody goes on believing.
    """
    async with a_link(redis_server.url) as link:
        store = RedisStateStore(link)
        await store.write("api_key", "k1", b"x")
        cursor = (await store.changes_since("")).cursor
        redis_server.ask("FLUSHALL")
        await store.write("api_key", "k2", b"x")

        changes = await store.changes_since(cursor)

    assert (["k2"], True) == ([entry.name for entry in changes.entries], changes.is_whole)


@pytest.mark.slow
async def test_a_redis_that_is_gone_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    """
    Reading and writing are refused clearly; what was kept is there again afterwards.
    """
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always").start()
    try:
        async with a_link(server.url) as link:
            store = RedisStateStore(link)
            first = await store.write("api_key", "k1", b"x")
            server.kill()
            for question in (
                store.read("api_key", "k1"),
                store.write("api_key", "k1", b"y"),
                store.list("api_key"),
                store.changes_since(""),
            ):
                with pytest.raises(StateUnavailable):
                    await question
            server.start()
            found = None
            async with asyncio.timeout(15):
                while found is None:
                    try:
                        found = await store.read("api_key", "k1")
                    except StateUnavailable:
                        await asyncio.sleep(0.05)
            with pytest.raises(StateConflict):
                await store.write("api_key", "k1", b"z", expected=0)
    finally:
        server.stop()

    assert first == found
