"""Words of other processes are heard while there is a connection, and never relied upon."""

import asyncio

import pytest

from gateway.foundation.redis_link.subscription import Subscription
from tests.fakes.house import until
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer


async def test_a_word_is_heard(redis_server: RedisServer) -> None:
    """
    After the one that connecting counts as, since words may have been missed before.
    """
    words: list[None] = []
    async with a_link(redis_server.url) as link:
        listening = asyncio.ensure_future(Subscription(link, "c", lambda: words.append(None)).run())
        await until(lambda: len(words) == 1)

        await link.call("PUBLISH", "c", "word")
        await link.call("PUBLISH", "other", "word")
        await link.call("PUBLISH", "c", "word")
        await until(lambda: len(words) == 3)
        listening.cancel()
        ended = await asyncio.gather(listening, return_exceptions=True)

    assert [asyncio.CancelledError] == [type(one) for one in ended]


@pytest.mark.slow
async def test_a_lost_connection_is_made_again(redis_server: RedisServer) -> None:
    """
    And counts as a word: something may have been said meanwhile.
    """
    words: list[None] = []
    async with a_link(redis_server.url) as link:
        listening = asyncio.ensure_future(Subscription(link, "c", lambda: words.append(None)).run())
        await until(lambda: len(words) == 1)

        redis_server.ask("CLIENT", "KILL", "TYPE", "pubsub")
        await until(lambda: len(words) == 2)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
