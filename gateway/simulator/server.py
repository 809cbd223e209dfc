"""The pretend DeepSeek: a real HTTP server that can also misbehave below HTTP."""

import asyncio
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gateway.foundation.clock import Clock, SystemClock
from gateway.foundation.last_tasks import LastTasks
from gateway.simulator.connection import Connection
from gateway.simulator.front_desk import FrontDesk
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import Records, SimulatedExchange
from gateway.simulator.script import Place
from gateway.simulator.settings import SimulatorSettings

_BACKLOG = 4096
_GOODBYE_SECONDS = 5.0


class Simulator:
    """
    A DeepSeek to test against.

        async with Simulator() as simulator:
            simulator.next(Misbehaviour(status=503))
            ... talk to simulator.base_url ...
            exchange = await simulator.caller_left()

    Leaving the block cuts what still runs and frees the port.
    """

    def __init__(self, settings: SimulatorSettings | None = None, clock: Clock | None = None) -> None:
        self._settings = settings or SimulatorSettings()
        self._clock = clock or SystemClock()
        self._server: asyncio.Server | None = None
        self._refusing: asyncio.TimerHandle | None = None
        self._tasks = LastTasks(self._note)
        self._failure: BaseException | None = None
        self._port = self._settings.port
        self._held: socket.socket | None = None

    async def __aenter__(self) -> Self:
        """Start to listen."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut all connections and stop."""
        await self.stop()

    async def start(self) -> None:
        """Start to listen, with nothing remembered."""
        self._desk = FrontDesk(self._settings, self._clock, self._refuse_for)
        if not self._port:
            self._hold_port()
        await self.accept_connections()

    async def stop(self) -> None:
        """Cut all connections and stop."""
        self.refuse_connections()
        await self._tasks.finish(_GOODBYE_SECONDS)
        self.refuse_connections()
        self.cut_connections()
        if self._held is not None:
            self._held.close()
        if self._desk.connections:
            await asyncio.wait_for(self._desk.emptied.wait(), _GOODBYE_SECONDS)
        if self._failure is not None:
            raise self._failure

    @property
    def port(self) -> int:
        """The port it listens on, the same after refusing connections for a while."""
        return self._port

    @property
    def base_url(self) -> str:
        """What a client takes for `https://api.deepseek.com`."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return f"http://{host}:{self._port}"

    @property
    def records(self) -> list[SimulatedExchange]:
        """The exchanges so far, oldest first."""
        return list(self._desk.records.exchanges)

    @property
    def totals(self) -> Records:
        """Counts of all exchanges, and waiting for what they become."""
        return self._desk.records

    @property
    def is_accepting(self) -> bool:
        """Whether it listens now."""
        return self._server is not None

    @property
    def open_connections(self) -> int:
        """How many TCP connections are open."""
        return len(self._desk.connections)

    def next(self, *behaviours: Misbehaviour, place: Place = Place.CHAT) -> None:
        """Script the next requests of a place, one behaviour each."""
        self._desk.script.add(*behaviours, place=place)

    def always(self, behaviour: Misbehaviour) -> None:
        """Script all chat requests that have no behaviour of their own."""
        self._desk.script.default = behaviour

    def reset(self) -> None:
        """Forget records, scripts and conversations."""
        self._desk.reset()

    def refuse_connections(self) -> None:
        """Close the listening socket; what is connected stays."""
        if self._refusing is not None:
            self._refusing.cancel()
            self._refusing = None
        if self._server is not None:
            self._server.close()
            self._server = None

    async def accept_connections(self) -> None:
        """Listen, on the same port as before."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._connect,
            self._settings.host,
            self._port,
            backlog=_BACKLOG,
            reuse_address=True,
            reuse_port=self._held is not None,
        )
        self._port = self._server.sockets[0].getsockname()[1]
        self._desk.records.changed()

    def _hold_port(self) -> None:
        """Take any port and keep it to the end: while connections are refused, nobody else is given it."""
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        self._held = socket.socket(family, socket.SOCK_STREAM)
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._held.bind((self._settings.host, 0))
        self._port = self._held.getsockname()[1]

    def cut_connections(self) -> None:
        """Cut every connection, idle or not."""
        for connection in tuple(self._desk.connections):
            connection.abort()

    async def until(self, condition: Callable[[], bool], timeout_seconds: float = 5.0) -> None:
        """Wait until the condition holds, asked again after every change of a record."""
        await self._desk.records.until(condition, timeout_seconds)

    async def caller_left(self, timeout_seconds: float = 5.0) -> SimulatedExchange:
        """Wait for the next exchange whose caller went away."""
        return await self._desk.records.caller_left(timeout_seconds)

    def _connect(self) -> Connection:
        return Connection(self._desk)

    def _refuse_for(self, seconds: float) -> None:
        self.refuse_connections()
        self._refusing = asyncio.get_running_loop().call_later(seconds, self._reopen)

    def _reopen(self) -> None:
        self._refusing = None
        self._tasks.start(self.accept_connections())

    def _note(self, failure: BaseException) -> None:
        """Keep why it could not listen again, so that the test that uses it hears of it."""
        self._failure = failure
