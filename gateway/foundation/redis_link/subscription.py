"""Words that other processes send over Redis: heard while the connection lasts, never relied upon."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from redis.asyncio import Redis

from gateway.foundation.redis_link.dialling import REDIS_ERRORS
from gateway.foundation.redis_link.link import RedisLink

_LISTEN_SECONDS = 3.0
_AGAIN_SECONDS = 1.0


class Subscription:
    """
    Hear the words of one channel until cancelled.

    A word that is sent while there is no connection is lost, so `on_word` is
    also called after each connecting. In a Redis Cluster nothing is heard:
    there redis-py cannot subscribe, and whoever listens has to look by itself.
    """

    def __init__(self, link: RedisLink, channel: str, on_word: Callable[[], None]) -> None:
        self._link = link
        self._channel = channel
        self._on_word = on_word

    async def run(self) -> None:
        """Listen until cancelled."""
        client = self._link.client
        if not isinstance(client, Redis):
            return
        while True:
            with suppress(*REDIS_ERRORS):
                await self._listen(client)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self, client: Redis) -> None:
        pubsub = client.pubsub()
        try:
            await pubsub.subscribe(self._channel)
            while True:
                # redis-py connects again by itself; that it subscribed is a word too.
                if await pubsub.get_message(timeout=_LISTEN_SECONDS) is not None:
                    self._on_word()
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]
