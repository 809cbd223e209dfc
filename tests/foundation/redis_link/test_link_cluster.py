"""The link over a real Redis Cluster: what has moved is followed."""

import asyncio
from collections.abc import Iterator

import pytest

from gateway.foundation.redis_link.call import Script
from gateway.foundation.redis_link.dialling import slot_of
from gateway.foundation.redis_link.link import RedisLink
from tests.fakes.redis_cluster import RedisCluster
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import a_free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """Six servers for all tests of this file."""
    cluster = RedisCluster(tmp_path_factory.mktemp("cluster"))
    try:
        yield cluster.start()
    finally:
        cluster.stop()


async def _set(link: RedisLink, tag: str, value: str) -> bytes:
    reply: bytes = await link.call("SET", f"{{{tag}}}:k", value, slot=slot_of(tag.encode()))
    return reply


async def _run(link: RedisLink, tag: str) -> int:
    text = "return redis.call('INCR', KEYS[1])"
    script = Script(text)
    count: int = await link.run(script, slot_of(tag.encode()), 1, f"{{{tag}}}:n")
    return count


async def test_commands_go_to_the_master_of_their_slot(cluster: RedisCluster) -> None:
    """
    On all three.
    """
    async with a_link(cluster.url) as link:
        replies = await asyncio.gather(*(_set(link, f"tenant-{number}", "1") for number in range(60)))

        assert [b"OK"] * 60 == replies
        assert 3 == sum(keeper.is_open for keeper in link._keepers.values())


async def test_a_cluster_is_found_by_any_of_its_servers(cluster: RedisCluster) -> None:
    """
    The first one that was named may be the one that is down.
    """
    dead = f"redis+cluster://127.0.0.1:{a_free_port()},{cluster.url.partition('://')[2]}"

    async with a_link(dead) as link:
        assert b"OK" == await _set(link, "tenant", "1")


async def test_a_storm_of_redirections_ends_with_a_new_map(cluster: RedisCluster) -> None:
    """
    Each command arrives, the long way first; then the map is right again.
    """
    async with a_link(cluster.url) as link:
        right = dict(link._masters)
        link._masters = {slot: right[16_383 - slot] for slot in right}

        replies = await asyncio.gather(*(_run(link, f"tenant-{number}") for number in range(60)))
        async with asyncio.timeout(10):
            while link._masters != right:  # noqa: ASYNC110 - the link tells of no change
                await asyncio.sleep(0.01)

    assert [1] * 60 == replies


async def test_a_slot_on_its_way_is_asked_for_at_both_ends(cluster: RedisCluster) -> None:
    """
    ASK, and TRYAGAIN is no reply.
    """
    tag = "moving"
    slot, source = slot_of(tag.encode()), cluster.owner("{moving}")
    here, there = cluster.masters[source], cluster.masters[(source + 1) % 3]
    ids = [node.ask("CLUSTER", "MYID").split(b"\r\n")[1].decode() for node in (here, there)]
    async with a_link(cluster.url) as link:
        there.ask("CLUSTER", "SETSLOT", str(slot), "IMPORTING", ids[0])
        here.ask("CLUSTER", "SETSLOT", str(slot), "MIGRATING", ids[1])
        try:
            counts = [await _run(link, tag) for _ in range(2)]
        finally:
            here.ask("CLUSTER", "SETSLOT", str(slot), "STABLE")
            there.ask("CLUSTER", "SETSLOT", str(slot), "STABLE")

    assert [1, 2] == counts
