"""A new connection: names, addresses, TCP, TLS, all within one deadline."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from gateway.foundation.connect_trouble import trouble_of
from gateway.foundation.lookups import Address, addresses_of
from gateway.upstreams.http1.connection import Connection
from gateway.upstreams.target import Upstream
from gateway.upstreams.transport import ConnectFailed, TransportTimedOut

# RFC 8305 8: how long one address is tried before the next one joins in.
HEAD_START_SECONDS = 0.25


async def dial(
    upstream: Upstream, context: ssl.SSLContext | None, make_connection: Callable[[], Connection]
) -> Connection:
    """Return an open connection, or raise `ConnectFailed` or `TransportTimedOut`."""
    try:
        async with asyncio.timeout(upstream.patience.connect_seconds):
            return await _open(upstream, context, make_connection)
    except TimeoutError as error:
        raise TransportTimedOut(
            f"upstream {upstream.name!r} could not be connected to in time", phase="connect"
        ) from error
    except (OSError, UnicodeError) as error:
        raise ConnectFailed(
            f"upstream {upstream.name!r} could not be connected to: {trouble_of(error)}"
        ) from error


async def _open(
    upstream: Upstream, context: ssl.SSLContext | None, make_connection: Callable[[], Connection]
) -> Connection:
    loop = asyncio.get_running_loop()
    host, port = upstream.origin.host, upstream.origin.port
    connected = await connect_first(await addresses_of(host, port))
    try:
        _, connection = await loop.create_connection(
            make_connection, sock=connected, ssl=context, server_hostname=host if context else None
        )
    except BaseException:
        connected.close()
        raise
    return connection


async def connect_first(
    addresses: Sequence[Address], head_start_seconds: float = HEAD_START_SECONDS
) -> socket.socket:
    """
    Return a socket connected to the first address that answers (happy eyeballs, RFC 8305).

    Ours, because uvloop's `create_connection` tries one address after another.
    Families take turns in the order in which the resolver gave them; the next
    address joins when the ones before failed or used up their head start.
    """
    if not addresses:
        raise OSError("no address")
    if len(addresses) == 1:
        return await _connect(addresses[0])
    loop = asyncio.get_running_loop()
    waiting = take_turns(addresses)
    attempts: set[asyncio.Task[socket.socket]] = set()
    running: set[asyncio.Task[socket.socket]] = set()
    winner: asyncio.Task[socket.socket] | None = None
    last: BaseException | None = None
    try:
        while winner is None and (waiting or running):
            if waiting:
                attempt = loop.create_task(_connect(waiting.pop(0)))
                attempts.add(attempt)
                running.add(attempt)
            done, running = await asyncio.wait(
                running,
                timeout=head_start_seconds if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in done:
                last = attempt.exception()
                winner = attempt if last is None else winner
        if winner is None:
            raise last or OSError("no address answered")
        return winner.result()
    finally:
        for attempt in attempts - {winner}:
            attempt.cancel()
            attempt.add_done_callback(_close_loser)


def take_turns(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses, families alternating, the first one beginning."""
    first = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    return [address for address in chain(*zip_longest(first, others)) if address is not None]


async def _connect(address: Address) -> socket.socket:
    family, where = address
    unconnected = socket.socket(family, socket.SOCK_STREAM)
    try:
        unconnected.setblocking(False)
        unconnected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(unconnected, where)
    except BaseException:
        unconnected.close()
        raise
    return unconnected


def _close_loser(attempt: "asyncio.Task[socket.socket]") -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
