"""Slots are counted right, whatever happens to the connections."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.upstreams.http1.connection import Connection
from gateway.upstreams.http1.pool import Lifetimes, Pool
from gateway.upstreams.target import Patience, Upstream
from gateway.upstreams.transport import ConnectFailed, PoolExhausted
from tests.fakes.scripted_server import ScriptedServer, always, serving, until, whole
from tests.fakes.upstream_calls import an_upstream

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with serving(always(whole(b"ok"))) as one:
        yield one


def a_pool(upstream: Upstream, lifetimes: Lifetimes | None = None) -> Pool:
    """Return a pool without connections."""
    return Pool(upstream, None, lifetimes or Lifetimes())


async def use(connection: Connection) -> None:
    """Let a connection serve one whole exchange."""
    reply = connection.begin(Patience(), asyncio.get_running_loop().time() + 10)
    connection.write(REQUEST)
    while await reply.read():
        pass


async def test_an_idle_connection_is_taken_without_waiting(server: ScriptedServer) -> None:
    """
    `take` finds it, once.
    """
    upstream = an_upstream(server.port)
    pool = a_pool(upstream)
    nothing = pool.take(upstream)
    connection = await pool.wait(upstream)
    await use(connection)

    taken, again = pool.take(upstream), pool.take(upstream)

    assert (None, connection, None) == (nothing, taken, again)
    pool.close()


async def test_an_idle_connection_that_dies_gives_its_slot_back(server: ScriptedServer) -> None:
    """
    The pool is empty afterwards, and may dial again.
    """
    upstream = an_upstream(server.port, connections=1)
    pool = a_pool(upstream)
    connection = await pool.wait(upstream)
    await use(connection)
    kept = pool.is_empty

    server.peers[0].cut()
    await until(lambda: pool.is_empty)

    assert not kept
    assert (await pool.wait(upstream)).is_usable
    pool.close()


async def test_a_fresh_connection_replaces_an_idle_one(server: ScriptedServer) -> None:
    """
    At the cap, the idle one makes room.
    """
    upstream = an_upstream(server.port, connections=1)
    pool = a_pool(upstream)
    old = await pool.wait(upstream)
    await use(old)

    fresh = await pool.wait_for_fresh(upstream)

    assert (False, True, 0) == (old.is_usable, fresh.is_usable, fresh.exchanges)
    pool.close()


async def test_a_waiter_gets_the_connection_itself(server: ScriptedServer) -> None:
    """
    What becomes free is handed over, not put back.
    """
    upstream = an_upstream(server.port, connections=1)
    pool = a_pool(upstream)
    connection = await pool.wait(upstream)
    waiter = asyncio.get_running_loop().create_task(pool.wait(upstream))
    await asyncio.sleep(0)

    await use(connection)

    assert connection is await waiter
    assert pool.take(upstream) is None
    pool.close()


async def test_a_waiter_who_is_handed_a_dead_connection_dials(server: ScriptedServer) -> None:
    """
    A connection may end between the grant and the moment in which it is noticed.
    """
    upstream = an_upstream(server.port, connections=1)
    pool = a_pool(upstream)
    connection = await pool.wait(upstream)
    waiter = asyncio.get_running_loop().create_task(pool.wait(upstream))
    await asyncio.sleep(0)

    pool.settle(connection)
    connection.abort()
    other = await waiter

    assert (True, True) == (other is not connection, other.is_usable)
    pool.close()


async def test_a_waiter_goes_on_when_the_connection_before_was_spent(server: ScriptedServer) -> None:
    """
    The slot of a cut connection passes to the one who waits.
    """
    upstream = an_upstream(server.port, connections=1)
    pool = a_pool(upstream)
    connection = await pool.wait(upstream)
    reply = connection.begin(Patience(), asyncio.get_running_loop().time() + 10)
    waiter = asyncio.get_running_loop().create_task(pool.wait(upstream))
    await asyncio.sleep(0)

    reply.close()
    other = await waiter

    assert (True, 0) == (other.is_usable, other.exchanges)
    pool.close()


async def test_a_failed_dial_passes_its_slot_on(server: ScriptedServer) -> None:
    """
    Everyone in the line has a try, and nobody keeps a slot that holds no connection.
    """
    port = server.port
    upstream = an_upstream(port, connections=1, host="127.0.0.2")
    pool = a_pool(upstream)

    outcomes = await asyncio.gather(*(pool.wait(upstream) for _ in range(3)), return_exceptions=True)

    assert [ConnectFailed] * 3 == [type(outcome) for outcome in outcomes]
    assert pool.is_empty


async def test_a_lower_cap_is_reached_as_connections_come_back(server: ScriptedServer) -> None:
    """
    After a reload that allows less, what is too much is closed when it settles.
    """
    wide = an_upstream(server.port, connections=3)
    pool = a_pool(wide)
    connections = [await pool.wait(wide) for _ in range(3)]
    narrow = replace(wide, connections=1, queue=0)

    busy = pool.take(narrow)
    with pytest.raises(PoolExhausted):
        await pool.wait(narrow)
    for connection in connections:
        await use(connection)

    assert busy is None
    assert [False, False, True] == [connection.is_usable for connection in connections]
    pool.close()


async def test_closing_ends_everything(server: ScriptedServer) -> None:
    """
    Idle, running, waiting and dialling: nothing is left, and nothing begins any more.
    """
    upstream = an_upstream(server.port, connections=2)
    pool = a_pool(upstream)
    loop = asyncio.get_running_loop()
    idle, running = await pool.wait(upstream), await pool.wait(upstream)
    await use(idle)
    running.begin(Patience(), loop.time() + 10)
    dialling = loop.create_task(pool.wait_for_fresh(upstream))
    waiting = loop.create_task(pool.wait(upstream))
    await asyncio.sleep(0)

    pool.close()
    outcomes = await asyncio.gather(dialling, waiting, return_exceptions=True)

    assert [ConnectFailed, ConnectFailed] == [type(outcome) for outcome in outcomes]
    assert [False, False] == [idle.is_usable, running.is_usable]
    with pytest.raises(ConnectFailed):
        pool.take(upstream)


@pytest.mark.slow
async def test_the_sweeper_closes_only_what_is_stale(server: ScriptedServer) -> None:
    """
    A connection that was idle for less stays.
    """
    upstream = an_upstream(server.port)
    pool = a_pool(upstream, Lifetimes(idle_seconds=0.2))
    old, young = await pool.wait(upstream), await pool.wait(upstream)
    await use(old)
    await asyncio.sleep(0.12)
    await use(young)
    await until(lambda: not old.is_usable)

    assert (True, young) == (young.is_usable, pool.take(upstream))
    pool.close()
