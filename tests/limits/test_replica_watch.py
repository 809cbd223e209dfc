"""How many replicas have what was sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.foundation.redis_link.call import AwaitedCall
from gateway.foundation.redis_link.failures import RedisLost
from gateway.limits.replica_watch import Batch, ReplicaWatch
from tests.fakes.redis_links import a_link
from tests.fakes.scripted_redis import ScriptedRedis, a_scripted_redis


class Desk:
    """A watch over a Redis that answers WAIT only when it is told to."""

    def __init__(self, redis: ScriptedRedis, watch: ReplicaWatch) -> None:
        self.redis = redis
        self.watch = watch

    def send(self, *names: str, replicas: int = 1) -> list[Batch]:
        """Send these commands in one turn."""
        return [self.watch.send(AwaitedCall(("GET", name)), replicas) for name in names]

    def answer(self, reached: int) -> None:
        """Let replicas have what was sent."""
        for writer in self.redis.writers:
            writer.write(b":%d\r\n" % reached)

    async def heard(self, count: int) -> list[str]:
        """Return the commands that arrived, once there are so many."""
        async with asyncio.timeout(5):
            while len(self.redis.heard) < count:  # noqa: ASYNC110 - the fake tells of no change
                await asyncio.sleep(0.001)
        return [b" ".join(words[:2]).decode() for words in self.redis.heard]


@asynccontextmanager
async def _a_desk() -> AsyncIterator[Desk]:
    def answer(words: list[bytes]) -> bytes:
        return b"" if words[0] == b"WAIT" else b"$1\r\n1\r\n"

    async with a_scripted_redis(answer) as redis, a_link(redis.url) as link:
        yield Desk(redis, ReplicaWatch(link))


async def test_there_is_one_wait_at_a_time() -> None:
    """
    What comes meanwhile leaves together when it is answered, and asks for as many as the one who wants most.
    """
    async with _a_desk() as desk:
        first = desk.send("a", "b")
        await desk.heard(3)
        second = [*desk.send("c", replicas=2), *desk.send("d")]
        await asyncio.sleep(0)
        desk.answer(1)
        reached = [await batch.replicas_reached() for batch in first]
        heard = await desk.heard(6)
        desk.answer(2)
        later = [await batch.replicas_reached() for batch in second]

    assert ["GET a", "GET b", "WAIT 1", "GET c", "GET d", "WAIT 2"] == heard
    assert ([1, 1], [2, 2]) == (reached, later)


async def test_who_leaves_takes_no_answer_from_the_others() -> None:
    """
    They share one.
    """
    async with _a_desk() as desk:
        batch, _ = desk.send("a", "b")
        leaver = asyncio.ensure_future(batch.replicas_reached())
        await desk.heard(3)
        leaver.cancel()
        desk.answer(1)

        assert 1 == await batch.replicas_reached()


async def test_a_connection_that_breaks_is_told_to_all_and_the_next_go_on() -> None:
    """
    Over the connection that takes its place.
    """
    async with _a_desk() as desk:
        (broken,) = desk.send("a")
        await desk.heard(2)
        for writer in desk.redis.writers:
            writer.transport.abort()
        desk.redis.writers.clear()
        with pytest.raises(RedisLost):
            await broken.replicas_reached()
        (later,) = desk.send("b")
        await desk.heard(4)
        desk.answer(1)

        assert 1 == await later.replicas_reached()
