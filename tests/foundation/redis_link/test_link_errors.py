"""What Redis may answer instead of a reply, and what becomes of the command."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import Endpoint, parse_address
from gateway.foundation.redis_link.call import AwaitedCall
from gateway.foundation.redis_link.dialling import Dialler, SlowClient
from gateway.foundation.redis_link.failures import RedisDown, RedisFailure, RedisLost, RedisRefused
from gateway.foundation.redis_link.link import RedisLink
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer
from tests.fakes.scripted_redis import a_scripted_redis


@pytest.mark.parametrize(
    "error", ["OOM full", "LOADING wait", "BUSY script", "NOPERM no", "CLUSTERDOWN down", "ERR what"]
)
async def test_an_error_reply_leaves_the_lane_as_it_is(error: str) -> None:
    """
    The command was not done; the next one goes over the same connection.
    """
    replies = iter([f"-{error}\r\n".encode(), b"+fine\r\n"])
    async with a_scripted_redis(lambda _: next(replies)) as redis, a_link(redis.url) as link:
        with pytest.raises(RedisRefused) as caught:
            await link.call("GET", "a")
        then = await link.call("GET", "a")

    assert (error.partition(" ")[0], b"fine", 1) == (caught.value.code, then, redis.connections)


@pytest.mark.parametrize("code", ["READONLY", "MASTERDOWN"])
async def test_a_server_that_is_no_master_any_more_is_left(code: str) -> None:
    """
    The next command goes over a new connection.
    """
    replies = iter([f"-{code} elsewhere\r\n".encode(), b"+fine\r\n"])
    async with a_scripted_redis(lambda _: next(replies)) as redis, a_link(redis.url) as link:
        with pytest.raises(RedisRefused):
            await link.call("SET", "a", "1")
        async with asyncio.timeout(5):
            while redis.connections < 2:  # noqa: ASYNC110 - the link tells of no change
                await asyncio.sleep(0.005)

        assert b"fine" == await link.call("SET", "a", "1")


async def test_a_connection_that_breaks_in_mid_batch_repeats_only_what_may_be_repeated() -> None:
    """
    In its place, once, with the same words.
    """
    breaks = iter([False, True])
    replies: dict[bytes, bytes] = {b"1": b"+one\r\n", b"2": b"+two\r\n", b"3": b"+three\r\n"}

    def answer(words: list[bytes]) -> bytes | None:
        return None if next(breaks, False) else replies[words[1]]

    async with a_scripted_redis(answer) as redis, a_link(redis.url) as link:
        calls = [AwaitedCall(("GET", number), is_repeatable=number != "3") for number in "123"]
        for call in calls:
            link.send(call)
        first, second = await calls[0].future, await calls[1].future
        with pytest.raises(RedisLost):
            await calls[2].future

    assert (b"one", b"two", [b"1", b"2", b"2"]) == (first, second, [words[1] for words in redis.heard])


async def test_a_script_that_blocks_redis_is_told_as_busy(tmp_path: Path) -> None:
    """
    Others are refused, none hangs; when it is killed, all goes on.
    """
    server = RedisServer(tmp_path, "--lua-time-limit", "20").start()
    try:
        async with a_link(server.url, deadline_seconds=5.0) as link:
            loop = asyncio.ensure_future(link.client.execute_command("EVAL", "while true do end", "0"))
            code = ""
            while code != "BUSY":
                try:
                    await link.call("GET", "a")
                except RedisRefused as refused:
                    code = refused.code
            await asyncio.to_thread(server.ask, "SCRIPT", "KILL")
            await asyncio.wait([loop])

            assert await link.call("GET", "a") is None
            assert loop.exception() is not None
    finally:
        server.stop()


async def test_a_queue_that_is_full_refuses_at_once() -> None:
    """
    A silent Redis gathers no more than its bound.
    """
    async with a_scripted_redis(lambda _: b"") as redis, a_link(redis.url, most_waiting=3) as link:
        calls = [AwaitedCall(("GET", "a")) for _ in range(5)]
        for call in calls:
            link.send(call)
        refused = [call.future.done() for call in calls]
        await asyncio.wait([call.future for call in calls])

    assert [False, False, False, True, True] == refused
    assert all(isinstance(call.future.exception(), RedisFailure) for call in calls)


class Clumsy(RedisCluster):
    """A client of a cluster whose connections are closed while it logs in."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - as its base
        """Find None where a connection was, as redis-py does."""
        raise AttributeError("'NoneType' object has no attribute 'writelines'")


class ClumsyDialler(Dialler):
    """Say that one server has every slot, and give out a clumsy client."""

    def client(self) -> SlowClient:
        """Return one that never connects."""
        return Clumsy(startup_nodes=[ClusterNode("127.0.0.1", 1)])

    async def masters(self, client: RedisCluster) -> dict[int, Endpoint]:  # noqa: ARG002 - as its base
        """Return the one."""
        return dict.fromkeys(range(16_384), self._address.endpoints[0])


async def test_a_client_that_loses_its_connection_under_a_redirection_is_no_fault() -> None:
    """
    The command failed, as others do while a slot is moved.
    """
    faults: list[BaseException] = []
    async with a_scripted_redis(lambda _: b"-MOVED 1 127.0.0.1:1\r\n") as redis:
        address = parse_address(f"redis+cluster://127.0.0.1:{redis.port}")
        link = RedisLink(ClumsyDialler(address), LastTasks(faults.append))
        await link.open()
        with pytest.raises(RedisDown):
            await link.call("GET", "a")
        await asyncio.sleep(0)
        await link.close()

    assert [] == faults
