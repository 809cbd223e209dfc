"""A real server with our connection on a free port, and a caller who sends raw bytes."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self

import pytest
import uvicorn

from gateway.edge.connection import Connection
from gateway.edge.door_extension import DoorExtension, find_door
from gateway.edge.door_limits import DoorLimits
from gateway.edge.server_config import connection_class
from gateway.edge.tls.doorstep import doorstep_class
from gateway.edge.tls.entrance import Entrance
from tests.fakes.loops import TlsLoop

Scope = dict[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]
Endpoint = Callable[[Scope, DoorExtension], Awaitable[None]]

GET = b"GET / HTTP/1.1\r\nHost: door\r\n\r\n"


class Caller:
    """One raw connection to the door."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def say(self, data: bytes) -> None:
        """Send bytes as one packet."""
        self.writer.write(data)

    def half_close(self) -> None:
        """Send nothing more, but go on reading; a caller over TLS cannot, in Python."""
        if not self.writer.can_write_eof():
            pytest.skip("Python's TLS cannot close one half")
        self.writer.write_eof()

    def leave(self) -> None:
        """Close both halves."""
        self.writer.close()

    def reset(self) -> None:
        """Vanish with a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()

    @property
    def unsent_bytes(self) -> int:
        """How much of what was said still waits on this side."""
        transport: Any = self.writer.transport
        below = transport if self.writer.can_write_eof() else transport._ssl_protocol._transport
        here: int = transport.get_write_buffer_size()
        unsent: int = below.get_write_buffer_size()
        return here + unsent

    async def hear(self, size: int) -> bytes:
        """Return exactly so many bytes."""
        return await asyncio.wait_for(self.reader.readexactly(size), 5)

    async def hear_until(self, end: bytes) -> bytes:
        """Return everything up to and with this."""
        return await asyncio.wait_for(self.reader.readuntil(end), 5)

    async def hear_all(self) -> bytes:
        """Return everything until the door closes."""
        return await asyncio.wait_for(self.reader.read(), 5)

    async def hear_answer(self) -> tuple[bytes, bytes]:
        """Return head and body of an answer with a content-length or in chunks."""
        head = await self.hear_until(b"\r\n\r\n")
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            return head, await self.hear_until(b"0\r\n\r\n")
        at = fields.find(b"content-length: ")
        size = int(fields[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return head, await self.hear(size)

    async def drip_until_closed(self, data: bytes, *, seconds: float) -> bytes:
        """Send these bytes again and again, and return what was heard once the door has closed."""
        hearing = asyncio.ensure_future(self.hear_all())
        while not hearing.done():
            self.say(data)
            await asyncio.wait([hearing], timeout=seconds)
        return await hearing


class OpenDoor:
    """
    A running server; `errors` are what its apps raised.

    With an entrance it speaks TLS. While `is_open` is false, answers end their connections.
    """

    def __init__(self, app: App, limits: DoorLimits, entrance: Entrance | None = None) -> None:
        self.errors: list[BaseException] = []
        self.scheme = "http" if entrance is None else "https"
        self.is_open = True
        connection = connection_class(limits, self.errors.append, is_open=lambda: self.is_open)
        config = uvicorn.Config(
            app,
            port=0,
            http=connection if entrance is None else doorstep_class(connection, entrance),
            lifespan="off",
            log_config=None,
            proxy_headers=False,
        )
        self.server = uvicorn.Server(config)
        config.load()

    @property
    def state(self) -> uvicorn.server.ServerState:
        """What uvicorn knows about connections and tasks."""
        return self.server.server_state

    async def start(self) -> None:
        """Listen."""
        self.server.lifespan = self.server.config.lifespan_class(self.server.config)
        await self.server.startup()

    async def stop(self) -> None:
        """Close everything, at once."""
        for server in self.server.servers:
            server.close()
        self.shut_connections()
        for task in list(self.state.tasks):
            task.cancel()
        await self.wait_until_empty()

    def shut_connections(self) -> None:
        """Tell every connection to shut down, as uvicorn does."""
        for connection in list(self.state.connections):
            connection.shutdown()

    async def wait_until_connected(self, count: int) -> None:
        """Return once so many connections are open, and hands were shaken."""

        def lines() -> list[object]:
            return [line for line in self.state.connections if isinstance(line, Connection)]

        await self._wait(lambda: len(lines()) >= count)

    async def wait_until_congested(self) -> None:
        """Return once some connection holds more than its caller has taken."""
        await self._wait(lambda: any(getattr(line, "is_congested", False) for line in self.state.connections))

    async def wait_until_empty(self) -> None:
        """Return once no connection is open and no task runs."""
        await self._wait(lambda: not self.state.connections and not self.state.tasks)

    async def wait_until_no_connections(self) -> None:
        """Return once every connection is lost."""
        await self._wait(lambda: not self.state.connections)

    async def wait_until_served(self, count: int) -> None:
        """Return once so many exchanges are over."""
        await self._wait(lambda: self.state.total_requests >= count)

    async def _wait(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not is_so():  # noqa: ASYNC110 - uvicorn offers sets and counts, no event
                await asyncio.sleep(0.001)

    @property
    def port(self) -> int:
        """Where it listens on the loopback address."""
        port: int = self.server.servers[0].sockets[0].getsockname()[1]
        return port

    async def call(self, context: ssl.SSLContext | None = None) -> Caller:
        """Connect; over TLS with this context, or with that of a loop on which the door speaks TLS."""
        loop = asyncio.get_running_loop()
        if context is None and isinstance(loop, TlsLoop):
            context = loop.trust
        names = {} if context is None else {"ssl": context, "server_hostname": "localhost"}
        return Caller(*await asyncio.open_connection("127.0.0.1", self.port, **names))  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def open_door(
    app: App, limits: DoorLimits | None = None, entrance: Entrance | None = None
) -> AsyncIterator[OpenDoor]:
    """Serve this app until the block ends; with an entrance, or on a loop that has one, over TLS."""
    loop = asyncio.get_running_loop()
    if entrance is None and isinstance(loop, TlsLoop):
        entrance = loop.entrance
    door = OpenDoor(app, limits or DoorLimits(), entrance)
    await door.start()
    try:
        yield door
    finally:
        await door.stop()


def serving(endpoint: Endpoint) -> App:
    """Return an app that hands every exchange's extension to this endpoint."""

    async def app(scope: Scope, receive: object, send: object) -> None:
        door = find_door(scope)
        assert door is not None
        await endpoint(scope, door)

    return app


async def answer_ok(scope: Scope, door: DoorExtension) -> None:
    """Answer with the path that was asked for."""
    text = scope["path"].encode()
    door.reply.begin(200, [(b"content-length", b"%d" % len(text))])
    door.reply.end(text)


async def echo(scope: Scope, door: DoorExtension) -> None:
    """Answer with the body that was sent, of up to a megabyte."""
    body = await door.body.read(1_000_000)
    door.reply.begin(200, [(b"content-length", b"%d" % len(body))])
    door.reply.end(body)


class Cancellable:
    """
    An endpoint that waits for ever and is cancelled when its caller leaves.

    `started` is set once it waits, `gone` once the caller's leaving was told.
    """

    def __init__(self, before_waiting: Endpoint | None = None) -> None:
        self.started = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.calls = 0
        self._before_waiting = before_waiting

    async def __call__(self, scope: Scope, door: DoorExtension) -> None:
        """Wait to be cancelled."""
        task = asyncio.current_task()
        assert task is not None

        def told() -> None:
            self.calls += 1
            task.cancel()

        door.on_gone(told)
        self.started.set()
        try:
            if self._before_waiting is not None:
                await self._before_waiting(scope, door)
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def wait_until_cancelled(self) -> None:
        """Return once the endpoint was cancelled."""
        await asyncio.wait_for(self.cancelled.wait(), 5)
