"""What processes tell each other in Redis vanishes by itself, and a Redis that fails delays nobody."""

import asyncio
from pathlib import Path

import pytest

from gateway.cache.brief_call import Patience
from gateway.cache.replicas.board import BoardFailed, Callsign, Claim
from gateway.cache.replicas.redis_board import RedisBoard
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.address import parse_address
from gateway.foundation.redis_link.dialling import Dialler
from gateway.foundation.redis_link.link import RedisLink
from tests.fakes.redis_cluster import RedisCluster
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

_MINE, _THEIRS = (Callsign(b"tenant01", b"n" * 17, token * 16) for token in (b"m", b"t"))
_LEASE = f"dsg-flight:{{{b'tenant01'.hex()}}}:{(b'n' * 17).hex()}"
_OWN = f"{_LEASE}:{(b'm' * 16).hex()}"


def _milliseconds(server: RedisServer, key: str) -> int:
    return int(server.ask("PTTL", key).strip(b":\r\n"))


async def test_every_key_has_its_time(redis_server: RedisServer) -> None:
    """
    A claim is short, a lease and a listener last seconds, and what was sent a little longer.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        board = RedisBoard(link, Patience(FakeClock(), 5))
        await board.claim(_MINE, None)
        claimed = _milliseconds(redis_server, _LEASE)
        await board.listen(_MINE, b"ear", 0)
        await board.beat(_MINE, 0, [b"piece"], is_last=False)

    assert 0 < claimed <= 1000
    assert 3000 < _milliseconds(redis_server, _LEASE) <= 4000
    assert 3000 < _milliseconds(redis_server, f"{_OWN}:listeners") <= 4000
    assert 9000 < _milliseconds(redis_server, f"{_OWN}:deltas") <= 10_000


async def test_scripts_that_redis_forgot_are_told_again(redis_server: RedisServer) -> None:
    """
    As after its restart.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        board = RedisBoard(link, Patience(FakeClock(), 5))
        await board.claim(_MINE, None)
        await link.call("SCRIPT", "FLUSH")

        assert [] == await board.beat(_MINE, 0, (), is_last=False)


async def test_a_redis_that_is_away_is_nobodys_and_says_so() -> None:
    """
    A claim comes to nothing, everything else fails.
    """
    tasks = LastTasks(lambda _: None)
    link = RedisLink(Dialler(parse_address("redis://127.0.0.1:1"), must_keep=False), tasks)
    board = RedisBoard(link, Patience(FakeClock(), 5))

    claim = await board.claim(_MINE, None)
    with pytest.raises(BoardFailed):
        await board.beat(_MINE, 0, (), is_last=False)
    with pytest.raises(BoardFailed):
        await board.listen(_MINE, b"ear", 0)
    board.leave(_MINE, b"ear")

    assert claim is None
    await link.close()
    await tasks.finish(0)


@pytest.mark.slow
async def test_a_claim_that_comes_too_late_is_given_up(redis_server: RedisServer) -> None:
    """
    Who made it went on alone, so nobody shall wait for them.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        board = RedisBoard(link, Patience(FakeClock(), 5))
        await board.claim(Callsign(b"tenant01", b"warm", b"w" * 16), None)
        redis_server.ask("CLIENT", "PAUSE", "150", "ALL")
        late = await RedisBoard(link, Patience(FakeClock(), 0.01)).claim(_MINE, None)
        await link.call("PING")
        await asyncio.sleep(0.05)

        assert late is None
        assert Claim(_THEIRS.token) == await board.claim(_THEIRS, None)


async def test_a_claim_that_nobody_waits_for_is_released_when_it_arrives(redis_server: RedisServer) -> None:
    """
    As where a caller left with the look under way.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        board = RedisBoard(link, Patience(FakeClock(), 5))
        await board.claim(Callsign(b"tenant01", b"warm", b"w" * 16), None)
        # Redis learns both scripts by this, which would change the order of what follows.
        board.release(_THEIRS)
        await link.call("PING")
        leaving = board.claim(_MINE, None)
        await asyncio.sleep(0)
        leaving.cancel()
        await link.call("PING")

        assert Claim(_THEIRS.token) == await board.claim(_THEIRS, None)


async def test_a_full_redis_takes_no_pieces_and_harms_nobody(redis_server: RedisServer) -> None:
    """
    What cannot be sent has failed, and nothing of it is there.
    """
    async with a_link(redis_server.url, must_keep=False) as link:
        board = RedisBoard(link, Patience(FakeClock(), 5))
        await board.claim(_MINE, None)
        redis_server.ask("CONFIG", "SET", "maxmemory", "1")
        try:
            with pytest.raises(BoardFailed):
                await board.beat(_MINE, 0, [b"piece"], is_last=False)
            claim = await board.claim(_THEIRS, None)
        finally:
            redis_server.ask("CONFIG", "SET", "maxmemory", "0")

        assert claim in (None, Claim(_MINE.token))
        assert [] == (await board.listen(_MINE, b"ear", 0)).pieces


@pytest.mark.long
async def test_it_works_on_a_cluster(tmp_path: Path) -> None:
    """
    Everything of a call is in one slot.
    """
    cluster = RedisCluster(tmp_path).start()
    try:
        async with a_link(cluster.url, must_keep=False) as link:
            board = RedisBoard(link, Patience(FakeClock(), 5))
            for tenant in (b"tenant01", b"tenant02", b"tenant03", b"tenant04"):
                mine = Callsign(tenant, b"n" * 17, b"m" * 16)
                claim = await board.claim(mine, b"n" * 16)
                await board.listen(mine, b"ear", 0)
                listeners = await board.beat(mine, 0, [b"piece"], is_last=True)
                heard = await board.listen(mine, b"ear", 0)

                assert Claim(mine.token) == claim
                assert ([b"ear"], [b"piece"]) == (listeners, list(heard.pieces))
    finally:
        cluster.stop()
