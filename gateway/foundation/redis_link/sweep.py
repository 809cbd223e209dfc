"""Keys of Redis looked through one by one, slowly, and those that are doomed removed."""

from collections.abc import Callable

from redis.exceptions import ResponseError

from gateway.foundation.redis_link.dialling import REDIS_ERRORS, SlowClient, failure_of
from gateway.foundation.redis_link.link import RedisLink

_BATCH = 500


async def sweep(link: RedisLink, pattern: bytes, length: int, is_doomed: Callable[[bytes], bool]) -> int:
    """
    Remove every key of this pattern whose first `length` bytes are doomed; return how many there were.

    A key that holds no bytes but a list, say, is asked about as an empty one.
    Raises a `RedisFailure`. What is written meanwhile may be seen or not.
    """
    count = 0
    try:
        async for key in link.client.scan_iter(match=pattern, count=_BATCH):
            if is_doomed(await _head(link.client, key, length)):
                count += await link.client.unlink(key)
    except REDIS_ERRORS as error:
        raise failure_of(error) from error
    return count


async def _head(client: SlowClient, key: bytes, length: int) -> bytes:
    try:
        head = await client.getrange(key, 0, length - 1)
    except ResponseError as error:
        if not str(error).startswith("WRONGTYPE"):
            raise
        return b""
    return head if isinstance(head, bytes) else b""
