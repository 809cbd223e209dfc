"""The link, over a real Redis."""

import asyncio
from pathlib import Path

import pytest

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.call import AwaitedCall, Script
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.failures import RedisDown, RedisFailure, RedisLost, RedisRefused
from gateway.foundation.redis_link.link import RedisLink
from tests.fakes.redis_links import StateNotes, a_link
from tests.fakes.redis_server import RedisServer

_COUNT = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


async def test_commands_are_answered(redis_server: RedisServer) -> None:
    """
    Values, numbers and nothing.
    """
    async with a_link(redis_server.url) as link:
        replies = [
            await link.call("SET", "a", "1"),
            await link.call("INCR", "a"),
            await link.call("GET", "b"),
        ]

    assert [b"OK", 2, None] == replies


async def test_a_thousand_callers_share_a_lane(redis_server: RedisServer) -> None:
    """
    Each gets its own reply.
    """
    async with a_link(redis_server.url) as link:
        replies = await asyncio.gather(*(link.call("ECHO", str(number)) for number in range(1000)))

    assert [str(number).encode() for number in range(1000)] == replies


async def test_a_script_that_redis_forgot_is_sent_again(redis_server: RedisServer) -> None:
    """
    Also when it is missing for the second half of a batch: each runs once.
    """
    async with a_link(redis_server.url) as link:
        await link.run(_COUNT, 0, 1, "n", 1)
        first = [asyncio.ensure_future(link.run(_COUNT, 0, 1, "n", 1)) for _ in range(10)]
        await asyncio.sleep(0)
        flushed = asyncio.ensure_future(link.call("SCRIPT", "FLUSH"))
        rest = [asyncio.ensure_future(link.run(_COUNT, 0, 1, "n", 1)) for _ in range(10)]
        await asyncio.gather(*first, flushed, *rest)
        total = await link.call("GET", "n")

    assert b"21" == total


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("INCR", "text"), "ERR"),
        (("LPUSH", "text", "1"), "WRONGTYPE"),
        (("EVAL", "return {1, redis.error_reply('INSIDE it')}", "0"), "INSIDE"),
    ],
)
async def test_an_error_is_raised_by_its_code(
    redis_server: RedisServer, words: tuple[str, ...], code: str
) -> None:
    """
    Also one that is nested in a reply.
    """
    async with a_link(redis_server.url) as link:
        await link.call("SET", "text", "word")
        with pytest.raises(RedisRefused) as caught:
            await link.call(*words)

    assert code == caught.value.code


async def test_a_full_redis_refuses(redis_server: RedisServer) -> None:
    """
    OOM is an answer, not an outage.
    """
    async with a_link(redis_server.url) as link:
        await link.call("CONFIG", "SET", "maxmemory", "1")
        try:
            with pytest.raises(RedisRefused) as caught:
                await link.call("SET", "a", "1")
        finally:
            await link.call("CONFIG", "SET", "maxmemory", "0")

    assert "OOM" == caught.value.code


async def test_who_stops_waiting_disturbs_nobody(redis_server: RedisServer) -> None:
    """
    Before the command is sent, and after.
    """
    async with a_link(redis_server.url) as link:
        unsent = asyncio.ensure_future(link.call("INCR", "n"))
        await asyncio.sleep(0)
        unsent.cancel()
        sent = AwaitedCall(("INCR", "n"))
        link.send(sent)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        sent.future.cancel()
        last = await link.call("INCR", "n")

    assert 2 == last


async def test_a_value_of_a_megabyte_arrives_whole(redis_server: RedisServer) -> None:
    """
    Another link is another connection, so reservations do not wait behind it.
    """
    value = b"x" * 1_000_000
    async with a_link(redis_server.url) as values, a_link(redis_server.url) as counts:
        writing = asyncio.ensure_future(values.call("SET", "big", value))
        count, _ = await counts.call("INCR", "n"), await writing

        assert (1, value) == (count, await values.call("GET", "big"))


@pytest.mark.slow
async def test_a_frozen_redis_costs_one_deadline_and_then_nothing(tmp_path: Path) -> None:
    """
    The lane is poisoned; while no new one answers, commands fail at once; then it goes on.
    """
    server = RedisServer(tmp_path).start()
    notes = StateNotes()
    try:
        async with a_link(server.url, deadline_seconds=0.2, on_state=notes) as link:
            server.freeze()
            with pytest.raises(RedisFailure):
                await link.call("INCR", "n")
            with pytest.raises(RedisDown):
                await link.call("INCR", "n")
            with pytest.raises(RedisDown):
                await asyncio.wait_for(link.call("INCR", "n"), 0.1)
            server.thaw()
            await _until_open(notes)

            assert 2 == await link.call("INCR", "n")
    finally:
        server.stop()


@pytest.mark.slow
async def test_a_restarted_redis_is_found_again(tmp_path: Path) -> None:
    """
    What may be repeated survives a connection that breaks.
    """
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always").start()
    notes = StateNotes()
    try:
        async with a_link(server.url, on_state=notes) as link:
            await link.run(_COUNT, 0, 1, "n", 1)
            server.kill()
            with pytest.raises((RedisDown, RedisLost)):
                await link.call("INCR", "n")
            server.start()
            await _until_open(notes)

            assert 2 == await link.run(_COUNT, 0, 1, "n", 1)
    finally:
        server.stop()


async def test_a_link_to_nowhere_says_so_and_goes_on_trying(tmp_path: Path) -> None:
    """
    The gateway may start before its Redis.
    """
    server = RedisServer(tmp_path)
    notes = StateNotes()
    with pytest.raises(RedisDown):
        async with a_link(server.url, on_state=notes):
            raise AssertionError("it is not there")

    assert isinstance(notes.heard[0], RedisDown)


async def test_the_end_does_not_wait_for_a_server_that_is_away(tmp_path: Path) -> None:
    """
    Dialling goes on until the link is closed, and holds nobody up meanwhile.
    """
    tasks = LastTasks(lambda _: None)
    link = RedisLink(Dialler(parse_address(RedisServer(tmp_path).url), None), tasks)
    with pytest.raises(RedisDown):
        await link.open()

    await asyncio.wait_for(tasks.finish(3600), 30)
    await link.close()
    await asyncio.sleep(0)

    assert [] == [task for task in asyncio.all_tasks() if "_keep_dialling" in repr(task)]


@pytest.mark.parametrize("is_script", [False, True])
async def test_a_server_that_became_a_replica_is_left(redis_server: RedisServer, *, is_script: bool) -> None:
    """
    READONLY, also of a script, means that the master is elsewhere; until it is found, commands fail at once.
    """
    notes = StateNotes()
    async with a_link(redis_server.url, on_state=notes) as link:
        await link.call("REPLICAOF", "127.0.0.1", "1")
        try:
            with pytest.raises(RedisRefused) as caught:
                await (link.run(_COUNT, 0, 1, "n", 1) if is_script else link.call("SET", "a", "1"))
            await _until_down(notes)
            with pytest.raises(RedisDown):
                await link.call("SET", "a", "1")
        finally:
            redis_server.ask("REPLICAOF", "NO", "ONE")
        await _until_open(notes)
        assert ("READONLY", b"OK") == (caught.value.code, await link.call("SET", "a", "1"))


async def test_the_slow_client_reaches_the_same_redis(redis_server: RedisServer) -> None:
    """
    For subscriptions and scans.
    """
    async with a_link(redis_server.url) as link:
        await link.call("SET", "a", "1")

        assert b"1" == await link.client.execute_command("GET", "a")


async def _until_open(notes: StateNotes) -> None:
    """Wait until the link opened once more."""
    count = notes.heard.count(None)
    async with asyncio.timeout(10):
        while notes.heard.count(None) == count:  # noqa: ASYNC110 - another process tells of no change
            await asyncio.sleep(0.005)


async def _until_down(notes: StateNotes) -> None:
    """Wait until the last try of the link failed."""
    async with asyncio.timeout(10):
        while notes.heard[-1] is None:  # noqa: ASYNC110 - another process tells of no change
            await asyncio.sleep(0.005)
