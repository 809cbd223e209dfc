"""Keys are looked through, and the doomed ones removed."""

import pytest

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisDown, RedisRefused
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_link.sweep import sweep
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer


async def test_a_sweep_removes_what_is_doomed_by_its_first_bytes(redis_server: RedisServer) -> None:
    """
    Only keys of the pattern are looked at, and only so far into them.
    """
    pairs = [(f"a:{number}", "doomed-or-not" if number % 2 else "good") for number in range(1200)]
    redis_server.ask("MSET", *(word for pair in pairs for word in pair), "b:1", "doomed")
    async with a_link(redis_server.url, must_keep=False) as link:
        count = await sweep(link, b"a:*", 6, lambda head: head == b"doomed")

    assert 600 == count
    assert b":601\r\n" == redis_server.ask("DBSIZE")


async def test_a_sweep_that_fails_says_so(redis_server: RedisServer) -> None:
    """
    As one of the failures that every other command has.
    """
    redis_server.ask("SET", "a:1", "value")
    redis_server.ask("ACL", "SETUSER", "default", "-getrange")
    try:
        async with a_link(redis_server.url, must_keep=False) as link:
            with pytest.raises(RedisRefused):
                await sweep(link, b"a:*", 6, lambda _: True)
    finally:
        redis_server.ask("ACL", "SETUSER", "default", "+getrange")


async def test_a_key_that_holds_no_bytes_does_not_end_a_sweep(redis_server: RedisServer) -> None:
    """
    Whoever put it there: it is asked about as an empty one, and the others after it.
    """
    redis_server.ask("HSET", "a:1", "field", "value")
    redis_server.ask("MSET", "a:2", "doomed", "a:3", "good")
    async with a_link(redis_server.url, must_keep=False) as link:
        count = await sweep(link, b"a:*", 6, lambda head: head != b"good")

    assert 2 == count
    assert b":1\r\n" == redis_server.ask("DBSIZE")


@pytest.mark.parametrize(
    "url", ["redis+cluster://127.0.0.1:1,127.0.0.1:2", "redis+sentinel://127.0.0.1:1/main"]
)
async def test_a_redis_that_is_away_is_said_to_be_away(url: str) -> None:
    """
    Whoever tells it: the errors of a cluster are relatives of no others.
    """
    link = RedisLink(Dialler(parse_address(url), must_keep=False), LastTasks(lambda _: None))
    try:
        with pytest.raises(RedisDown):
            await sweep(link, b"a:*", 6, lambda _: True)
    finally:
        await link.close()
