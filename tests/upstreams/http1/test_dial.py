"""The first address that answers is the one that is used."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from gateway.foundation.lookups import Address
from gateway.upstreams.http1.connection import Connection
from gateway.upstreams.http1.dial import connect_first, dial, take_turns
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import ConnectFailed, TransportTimedOut
from tests.fakes.scripted_server import Peer, always, serving
from tests.fakes.upstream_calls import an_upstream

V4, V6 = socket.AF_INET, socket.AF_INET6


@contextmanager
def a_silent_port() -> Iterator[int]:
    """Lend a port that takes no more connections and refuses none: its backlog is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for filler in fillers:
                filler.close()


def a_closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def v4(port: int) -> Address:
    return V4, ("127.0.0.1", port)


@asynccontextmanager
async def a_live_port() -> AsyncIterator[int]:
    """Lend a port that takes connections."""

    async def script(peer: Peer) -> None:
        await peer.until_gone()

    async with serving(script) as server:
        yield server.port


async def test_an_address_that_hangs_is_overtaken() -> None:
    """
    The next address joins after a head start, and the first to answer wins.
    """
    with a_silent_port() as silent:
        async with a_live_port() as live:
            winner = await connect_first([v4(silent), v4(live)], head_start_seconds=0.01)
            with winner:
                assert live == winner.getpeername()[1]


async def test_an_address_that_refuses_costs_no_head_start() -> None:
    """
    After a refusal the next address is tried at once.
    """
    async with a_live_port() as live:
        async with asyncio.timeout(5):
            winner = await connect_first([v4(a_closed_port()), v4(live)], head_start_seconds=60)
        with winner:
            assert live == winner.getpeername()[1]


async def test_when_all_refuse_one_of_them_says_why() -> None:
    """
    The last error is the one that is raised.
    """
    with pytest.raises(ConnectionRefusedError):
        await connect_first([v4(a_closed_port()), v4(a_closed_port())])


async def test_cancelled_while_connecting_leaves_no_socket() -> None:
    """
    Every attempt under way is closed; a socket left open would fail this run.
    """
    with a_silent_port() as silent:
        attempt = asyncio.get_running_loop().create_task(
            connect_first([v4(silent), v4(silent)], head_start_seconds=0.001)
        )
        await asyncio.sleep(0.01)
        attempt.cancel()
        outcome = (await asyncio.gather(attempt, return_exceptions=True))[0]

    assert isinstance(outcome, asyncio.CancelledError)


def test_families_take_turns() -> None:
    """
    The resolver's order counts within a family, and its first family begins.
    """
    addresses: list[Address] = [(V6, ("::1", 1)), (V6, ("::1", 2)), (V4, ("::1", 3)), (V6, ("::1", 4))]

    assert [1, 3, 2, 4] == [address[1][1] for address in take_turns(addresses)]


class _Nobody:
    """A keeper who is never asked."""

    def settle(self, connection: Connection) -> None:
        """Never called: no exchange begins."""
        raise AssertionError(connection)

    def forget(self, connection: Connection) -> None:
        """Called when the connection is gone."""


async def _dial(upstream: Upstream) -> Connection:
    loop = asyncio.get_running_loop()
    return await dial(upstream, None, lambda: Connection(_Nobody(), loop))


async def test_a_host_without_address_is_named() -> None:
    """
    A name that does not resolve is a failure to connect (RFC 6761 6.4: .invalid never does).
    """
    with pytest.raises(ConnectFailed, match=r"'test' has no address|could not be connected"):
        await _dial(an_upstream(80, host="nowhere.invalid"))


async def test_connecting_has_a_deadline() -> None:
    """
    An address that neither answers nor refuses is given up.
    """
    with a_silent_port() as silent, pytest.raises(TransportTimedOut) as raised:
        await _dial(an_upstream(silent, patience={"connect_seconds": 0.03}))

    assert ("connect", False) == (raised.value.phase, raised.value.answered)


async def test_small_writes_leave_at_once() -> None:
    """
    TCP_NODELAY is set.
    """
    async with serving(always(b"")) as server:
        connection = await _dial(an_upstream(server.port))
        connected = connection._transport.get_extra_info("socket")
        no_delay = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        connection.abort()

    assert 1 == no_delay


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
async def test_an_address_of_version_6_is_called() -> None:
    """
    A host in brackets is an address like any other.
    """
    try:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    async with server:
        connection = await _dial(an_upstream(server.sockets[0].getsockname()[1], host="::1"))
        connection.abort()
        server.close()
        await server.wait_closed()
