"""The server process: sockets, signals, and a stop in which nothing is lost."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any

import uvicorn

from gateway.edge.running import Running
from gateway.foundation.last_tasks import cancel_all
from gateway.foundation.listening import accept_queued

# uvicorn offers flags, no events.
_LOOK_SECONDS = 0.005
# Last words are short: a caller who reads has them at once.
_SENDING_SECONDS = 1.0


class QuietServer(uvicorn.Server):
    """uvicorn without its own signal handling: how a stop goes, and whom it still serves, is ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to `StopSignal`."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Listen no more, but serve everyone with whom the kernel has connected us.

        It would reset those whom nobody accepted when the socket closes, so no
        other step comes between the last of them and the closing.
        """
        last = [caller for listening in sockets or () for caller in accept_queued(listening)]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        letting_in = [loop.connect_accepted_socket(self._connection, caller) for caller in last]
        # Who has left meanwhile keeps nobody else out.
        await asyncio.gather(*letting_in, return_exceptions=True)
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol


class Readiness:
    """Whether new requests are welcome."""

    def __init__(self) -> None:
        self._is_ready = False

    def is_ready(self) -> bool:
        """Return what the readiness probe says."""
        return self._is_ready

    def set(self, *, ready: bool) -> None:
        """Open or close the door for balancers."""
        self._is_ready = ready


class StopSignal:
    """
    SIGTERM and SIGINT as an event; a second one changes nothing.

    Install it before anything is opened: by itself a SIGHUP ends a process,
    and a SIGTERM does not end the first one of a container.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._on_hangup: Callable[[], object] = self._hung_up.set

    def install(self) -> None:
        """Listen to the process's signals."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._event.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._on_hangup())  # noqa: PLW0108 - it changes

    async def permits(self, opening: Coroutine[Any, Any, None]) -> bool:
        """Return whether this is done before a stop is asked for, which ends it half-way."""
        begun = asyncio.ensure_future(opening)
        stopping = asyncio.ensure_future(self.wait())
        await asyncio.wait({begun, stopping}, return_when=asyncio.FIRST_COMPLETED)
        await cancel_all({stopping})
        if not begun.done():
            await cancel_all({begun})
        if begun.cancelled():
            return False
        begun.result()
        return True

    def hear(self, on_hangup: Callable[[], object]) -> None:
        """Let SIGHUP ask for a reload from now on; one that came before does so at once."""
        self._on_hangup = on_hangup
        if self._hung_up.is_set():
            on_hangup()

    def set(self) -> None:
        """Ask for a stop."""
        self._event.set()

    async def wait(self) -> None:
        """Wait until a stop is asked for."""
        await self._event.wait()


class Listener:
    """One listening socket and the server behind it."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket) -> None:
        # Opened by others, because uvicorn leaves by SystemExit when a port is taken.
        self._socket = listening
        self._server = QuietServer(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; the port is the real one when 0 was asked for."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    async def start(self) -> None:
        """Accept connections from now on; raise what keeps the server from starting."""
        self._task = asyncio.get_running_loop().create_task(self._server.serve([self._socket]))
        while not self._server.started:
            if self._task.done():
                self._socket.close()
                await self._task
            await asyncio.sleep(_LOOK_SECONDS)

    async def refuse(self) -> None:
        """
        Return when no exchange can begin any more; what runs goes on.

        uvicorn looks only ten times a second whether it is to stop, and serves
        until then. With the closing of the socket every connection was told.
        """
        self._server.should_exit = True
        while self._socket.fileno() >= 0 and self._is_running():  # noqa: ASYNC110 - a flag, no event
            await asyncio.sleep(_LOOK_SECONDS)

    async def close(self, patience_seconds: float = 0.0) -> None:
        """
        Close every connection once what was said on it is sent, or so much time has passed.

        An exchange is over when its last byte is written, not when a slow
        caller has read it; uvicorn is not told to hurry before that.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        connections = self._server.server_state.connections
        while connections and loop.time() < deadline:  # noqa: ASYNC110 - a set, no event
            await asyncio.sleep(_LOOK_SECONDS)
        self._server.force_exit = True
        if self._task is not None:
            await self._task

    def _is_running(self) -> bool:
        return self._task is not None and not self._task.done()


class Listeners:
    """
    The listeners of one process, opened and stopped together.

    The stop has one order: not ready, wait, stop accepting, let running
    exchanges finish, end the rest with a typed event, and only then let
    uvicorn close what it holds, since it does not await what it cancels.
    """

    def __init__(self, listeners: Sequence[Listener], running: Running, readiness: Readiness) -> None:
        self._listeners = listeners
        self._running = running
        self._readiness = readiness

    async def start(self) -> None:
        """Accept on every address, then say that we are ready."""
        for listener in self._listeners:
            await listener.start()
        self._readiness.set(ready=True)

    async def stop(self, delay_seconds: float, drain_seconds: float) -> None:
        """Stop in order; returns when every exchange has had its ending and was sent as far as possible."""
        self._readiness.set(ready=False)
        await asyncio.sleep(delay_seconds)
        for listener in self._listeners:
            await listener.refuse()
        deadline = asyncio.get_running_loop().time() + drain_seconds
        await self._running.drain(drain_seconds)
        for listener in self._listeners:
            await listener.close(max(deadline - asyncio.get_running_loop().time(), _SENDING_SECONDS))
