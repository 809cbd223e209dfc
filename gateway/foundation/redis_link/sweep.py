"""Keys of Redis looked through one by one, slowly, and those that are doomed removed."""

from collections.abc import Callable

from gateway.foundation.redis_link.dialling import REDIS_ERRORS, failure_of
from gateway.foundation.redis_link.link import RedisLink

_BATCH = 500


async def sweep(link: RedisLink, pattern: bytes, length: int, is_doomed: Callable[[bytes], bool]) -> int:
    """
    Remove every key of this pattern whose first `length` bytes are doomed; return how many there were.

    Raises a `RedisFailure`. What is written meanwhile may be seen or not.
    """
    count = 0
    try:
        async for key in link.client.scan_iter(match=pattern, count=_BATCH):
            head = await link.client.getrange(key, 0, length - 1)
            if isinstance(head, bytes) and is_doomed(head):
                count += await link.client.unlink(key)
    except REDIS_ERRORS as error:
        raise failure_of(error) from error
    return count
