"""The ledger in Redis, where Redis itself matters."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from gateway.limits.ledger import RECORD_MS, LedgerFailed
from gateway.limits.redis_ledger import RedisLedger
from gateway.limits.sheet import Sheet
from gateway.upstreams.rules import Seconds
from tests.fakes.ledgers import NOON_MS, a_hold, a_sheet, at_once, requests, spend, taught, tokens
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer
from tests.fakes.scripted_redis import a_scripted_redis


def _noon() -> int:
    return NOON_MS


async def _left(ledger: RedisLedger, sheet: Sheet) -> list[int]:
    return [standing.left for standing in (await ledger.look(sheet)).standings]


def test_a_reservation_is_remembered_for_as_long_as_a_request_may_take() -> None:
    """
    Else its place would be given to another one, and what it reserved would stay used.
    """
    (bound,) = get_args(Seconds)[1:]

    assert RECORD_MS > 2 * bound.le * 1000


async def test_gateways_share_what_they_count(redis_server: RedisServer) -> None:
    """
    Never one unit too many, however they interleave; the time is Redis' own.
    """
    sheet = a_sheet(requests(50), tokens(1_000))
    async with a_link(redis_server.url) as one, a_link(redis_server.url) as two:
        ledgers = RedisLedger(one, _noon), RedisLedger(two, _noon)
        verdicts = await asyncio.gather(
            *(ledgers[number % 2].reserve(a_hold(str(number), sheet, 1, 7)) for number in range(100))
        )

    assert 50 == sum(verdict.is_granted for verdict in verdicts)


async def test_four_limits_take_one_key_each_and_one_for_the_exchange(redis_server: RedisServer) -> None:
    """
    All of them expire, so nothing stays for ever.
    """
    sheet = a_sheet(requests(5), tokens(100), spend("1"), at_once(3))
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon)
        await ledger.reserve(a_hold("a", sheet, 1, 10, 10, 1))
        keys = await link.call("KEYS", "{acme}:*")
        lives = [await link.call("PTTL", key) for key in keys]

    assert 5 == len(keys)
    assert all(life > 0 for life in lives)


async def test_a_clock_that_goes_back_leaves_no_counter_for_ever(redis_server: RedisServer) -> None:
    """
    Also where whoever comes then only looks, or is refused, and nobody comes after them.
    """
    sheet, now = a_sheet(requests(1), tag="back"), [NOON_MS]
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon, redis_ms=lambda: now[0])
        await ledger.reserve(a_hold("a", sheet, 1))
        now[0] -= 86_400_000
        refused = await ledger.reserve(a_hold("b", sheet, 1))
        life = await link.call("PTTL", sheet.keys[0])

    assert not refused.is_granted
    assert 60_000 < life < 63_000


async def test_a_restart_without_its_scripts_is_not_noticed(redis_server: RedisServer) -> None:
    """
    They are sent again.
    """
    sheet = a_sheet(requests(5))
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon)
        await ledger.reserve(a_hold("a", sheet, 1))
        await link.call("SCRIPT", "FLUSH")

        assert (await ledger.reserve(a_hold("b", sheet, 1))).is_granted


async def test_a_redis_that_takes_no_writes_leaves_nothing_half_done(redis_server: RedisServer) -> None:
    """
    The reservation fails; the settlement is kept and arrives when it takes them again.
    """
    sheet = a_sheet(requests(5), tokens(100))
    hold = a_hold("a", sheet, 1, 60)
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon)
        await taught(ledger)
        await ledger.reserve(hold)
        await link.call("CONFIG", "SET", "min-replicas-to-write", "1")
        try:
            with pytest.raises(LedgerFailed):
                await ledger.reserve(a_hold("b", sheet, 1, 10))
            ledger.settle(hold, (1, 20))
            await link.call("PING")
            kept = ledger.kept
        finally:
            await link.call("CONFIG", "SET", "min-replicas-to-write", "0")
        ledger.resend()

        assert (1, [4, 80]) == (kept, await _left(ledger, sheet))


async def test_a_redis_without_room_books_all_the_same(redis_server: RedisServer) -> None:
    """
    Else what runs would seem to be used up, and its places to be held; who runs on keeps theirs.
    """
    sheet, now = a_sheet(tokens(100, seconds=3600), at_once(3)), [NOON_MS]
    ended, running = a_hold("a", sheet, 60, 1), a_hold("b", sheet, 10, 1)
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon, redis_ms=lambda: now[0])
        await taught(ledger)
        await ledger.reserve(ended)
        await ledger.reserve(running)
        await link.call("CONFIG", "SET", "maxmemory", "1")
        try:
            now[0] += 40_000
            ledger.renew(running)
            ledger.settle(ended, (20, 1))
            now[0] += 21_000
            left = await _left(ledger, sheet)
        finally:
            await link.call("CONFIG", "SET", "maxmemory", "0")

    assert ([70, 2], 0) == (left, ledger.kept)


async def test_where_one_stands_is_known_also_where_redis_takes_no_writes(redis_server: RedisServer) -> None:
    """
    Then above all somebody wants to know; time goes on, and whoever holds a place no longer is not counted.
    """
    sheet, now = a_sheet(requests(5), tokens(100), spend("1"), at_once(3), tag="full"), [NOON_MS]
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon, redis_ms=lambda: now[0])
        await taught(ledger)
        await ledger.reserve(a_hold("a", sheet, 1, 60, 200_000, 1))
        now[0] += 30_000
        await ledger.reserve(a_hold("b", sheet, 1, 20, 0, 1))
        now[0] += 31_500
        await link.call("CONFIG", "SET", "maxmemory", "1")
        try:
            full = await _left(ledger, sheet)
            now[0] -= 86_400_000
            back = await _left(ledger, sheet)
        finally:
            await link.call("CONFIG", "SET", "maxmemory", "0")

    assert [4, 80, 800_000, 2] == full
    assert [3, 20, 800_000, 1] == back


@pytest.mark.slow
async def test_settlements_of_an_outage_are_booked_once_when_redis_is_back(tmp_path: Path) -> None:
    """
    Without a restart of the gateway, and what was granted before counts on.
    """
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always").start()
    sheet = a_sheet(tokens(100, seconds=3600))
    hold = a_hold("a", sheet, 60)
    try:
        async with a_link(server.url, on_state=lambda _: None) as link:
            ledger = RedisLedger(link, _noon)
            await ledger.reserve(hold)
            server.kill()
            ledger.settle(hold, (25,))
            with pytest.raises(LedgerFailed):
                await ledger.reserve(a_hold("b", sheet, 10))
            server.start()
            await ledger.close(10)

            assert (0, 0, [75]) == (ledger.kept, ledger.lost, await _left(ledger, sheet))
    finally:
        server.stop()


@pytest.mark.slow
async def test_a_grant_that_no_replica_has_does_not_count(tmp_path: Path) -> None:
    """
    Where the plan waits for one; the grant is given back.
    """
    master = RedisServer(tmp_path / "master").start()
    sheet = Sheet.of("acme", a_sheet(tokens(100)).counters, replicas=1)
    replica = RedisServer(tmp_path / "replica", "--replicaof", "127.0.0.1", str(master.port))
    try:
        async with a_link(master.url, deadline_seconds=5.0) as link:
            ledger = RedisLedger(link, _noon)
            await taught(ledger)
            with pytest.raises(LedgerFailed):
                await ledger.reserve(a_hold("a", sheet, 60))
            before = await _left(ledger, sheet)
            replica.start()
            while b"state=online" not in master.ask("INFO", "replication"):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            verdict = await ledger.reserve(a_hold("b", sheet, 60))

            assert ([100], True) == (before, verdict.is_granted)
    finally:
        replica.stop()
        master.stop()


@pytest.mark.parametrize(("replicas", "is_granted"), [(0, False), (1, True)])
async def test_a_redis_that_forgot_the_script_is_waited_for_too(replicas: int, *, is_granted: bool) -> None:
    """
    It answers WAIT before the script that it is sent again; what that wrote has to be waited for.
    """
    known: list[bytes] = []

    def answer(words: list[bytes]) -> bytes:
        if words[0] == b"WAIT":
            return b":%d\r\n" % (replicas if known else 1)
        if words[0] == b"EVALSHA" and not known:
            return b"-NOSCRIPT what?\r\n"
        known.append(words[0])
        return b"*5\r\n:1\r\n:-1\r\n:0\r\n:40\r\n:60000\r\n"

    sheet = Sheet.of("acme", a_sheet(tokens(100)).counters, replicas=1)
    async with a_scripted_redis(answer) as redis, a_link(redis.url) as link:
        ledger = RedisLedger(link, _noon)
        try:
            granted = (await ledger.reserve(a_hold("a", sheet, 60))).is_granted
        except LedgerFailed:
            granted = False
        commands = [words[0] for words in redis.heard[:5]]

    assert [b"EVALSHA", b"WAIT", b"EVAL", b"EVALSHA", b"WAIT"] == commands
    assert is_granted is granted


@pytest.mark.parametrize(("breaks", "released"), [(0, []), (1, [b"0"])])
async def test_what_is_refused_when_it_is_sent_again_may_have_been_granted_before(
    breaks: int, released: list[bytes]
) -> None:
    """
    Its first reply was lost with the connection; it is given back, or it would stay used.
    """
    replies = iter([None] * breaks + [b"-OOM command not allowed\r\n"])
    async with a_scripted_redis(lambda _: next(replies, b":1\r\n")) as redis, a_link(redis.url) as link:
        ledger = RedisLedger(link, _noon)
        with pytest.raises(LedgerFailed):
            await ledger.reserve(a_hold("a", a_sheet(tokens(100)), 60))
        await link.call("ECHO", "done")

    settled = [words for words in redis.heard[breaks + 1 :] if words[0] == b"EVALSHA"]
    assert released == [words[-1] for words in settled]


async def test_who_waits_for_no_replica_waits_for_nobody_else_who_does() -> None:
    """
    A WAIT that takes its time holds up its connection, which is none that others use.
    """

    def answer(words: list[bytes]) -> bytes:
        return b"" if words[0] == b"WAIT" else b"*5\r\n:1\r\n:-1\r\n:0\r\n:40\r\n:60000\r\n"

    patient = Sheet.of("acme", a_sheet(tokens(100)).counters, replicas=1)
    async with a_scripted_redis(answer) as redis, a_link(redis.url) as link, a_link(redis.url) as other:
        ledger = RedisLedger(link, _noon, waiting=other)
        waiting = asyncio.ensure_future(ledger.reserve(a_hold("a", patient, 60)))
        while not any(words[0] == b"WAIT" for words in redis.heard):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        verdict = await ledger.reserve(a_hold("b", a_sheet(tokens(100), tag="bravo"), 60))

        assert (True, False) == (verdict.is_granted, waiting.done())
        waiting.cancel()


async def test_a_redis_that_was_emptied_learns_again_who_runs(redis_server: RedisServer) -> None:
    """
    At the next renewals; else as many again would run beside them. Who ends gives its place back.
    """
    sheet = a_sheet(at_once(2), tokens(100), tag="emptied")
    holds = [a_hold(name, sheet, 1, 10) for name in "ab"]
    async with a_link(redis_server.url) as link:
        ledger = RedisLedger(link, _noon)
        await taught(ledger)
        for hold in holds:
            await ledger.reserve(hold)
        await link.call("DEL", *await link.call("KEYS", "{emptied}:*"))
        for hold in holds:
            ledger.renew(hold)
        running = await _left(ledger, sheet)
        beside = await ledger.reserve(a_hold("c", sheet, 1, 10))
        ledger.settle(holds[0], (1, 10))
        ledger.renew(holds[0])
        ended = await _left(ledger, sheet)

    assert [0, 100] == running
    assert not beside.is_granted
    assert [1, 100] == ended
