"""The doors of one process: which sockets listen, and what is served behind each."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.edge.accounts import caller_routes
from gateway.edge.admin.desk import AdminDesk
from gateway.edge.admin.routes import AdminRooms, admin_routes
from gateway.edge.cross_origin import CrossOrigin
from gateway.edge.dialects import EXCHANGES
from gateway.edge.door import Door
from gateway.edge.door_limits import DoorLimits
from gateway.edge.endpoints.exchange import ExchangeEndpoint
from gateway.edge.operations import Operations, operations_app, routes_of
from gateway.edge.running import Running
from gateway.edge.server import Listener, Listeners, Readiness
from gateway.edge.server_config import connection_class, serving
from gateway.edge.tls.desk import CertificateDesk
from gateway.foundation.clock import Clock
from gateway.foundation.file_watcher import FileWatcher
from gateway.foundation.listening import open_listening
from gateway.pipeline.pipeline import Pipeline
from gateway.settings import Settings
from gateway.vocabulary.notice import Listener as ExchangeListener

Account = Callable[[str], Awaitable[tuple[bytes, str]]]


class OnError(Protocol):
    """One who hears of faults, and at which request they happened if it was one."""

    def __call__(self, error: BaseException, request_id: str | None = None, /) -> None:
        """Take in one fault."""


class Doors:
    """
    The callers' door, and the operators' where it is another.

    `hang` puts them into place, which takes the addresses; `open` lets callers
    in; `close` sees them out. `account` tells what was counted. Where they
    speak TLS, `certificates` has what they show, read again when a file
    changes; `CertificateRejected` is raised when that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        on_error: OnError,
        *,
        account: Account,
        notified: Sequence[ExchangeListener],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_error = on_error
        self._account = account
        self._notified = notified
        self._readiness = Readiness()
        self.certificates: CertificateDesk | None = None
        if settings.tls is not None:
            # Made before the files are read, so that no change is missed.
            self._watcher = FileWatcher(
                settings.tls.paths,
                lambda: desk.reload(tells_again=False),
                on_error=on_error,
                is_undecided=lambda: desk.is_undecided,
            )
            self.certificates = desk = CertificateDesk(settings.tls, clock, notified)
        self.running = Running()
        self.listeners: list[Listener] = []

    @property
    def address(self) -> tuple[str, int]:
        """Where callers connect."""
        return self.listeners[0].address

    def hang(
        self, pipeline: Pipeline, oauth: list[Route], rooms: AdminRooms, *, lent: Sequence[socket.socket] = ()
    ) -> None:
        """Put the doors into place, on sockets that were lent or on own ones; raise `OSError`."""
        settings = self._settings
        admin = self._administration(pipeline, rooms)
        operations = Operations(
            self._readiness, self._account, settings.metrics_networks, settings.trusted_proxies
        )
        has_admin = settings.admin_port is not None
        rest = operations_app(
            [
                *routes_of(operations, with_metrics=not has_admin),
                *caller_routes(pipeline, self._clock),
                *oauth,
                *(() if has_admin else admin),
            ]
        )
        exchanges = {
            path: ExchangeEndpoint(pipeline, self.running, self._clock, self._on_error, dialect)
            for path, dialect in EXCHANGES.items()
        }
        door: ASGIApp = Door(exchanges, rest)
        if settings.allowed_origins:
            door = CrossOrigin(door, settings.allowed_origins)
        sockets = lent or [open_listening(settings.host, port) for port in settings.ports]
        self.listeners = [self._listener(0, door, sockets[0])]
        if has_admin:
            behind = operations_app([*routes_of(operations, with_metrics=True), *admin])
            self.listeners.append(self._listener(1, behind, sockets[1]))
        self._both = Listeners(self.listeners, self.running, self._readiness)

    async def open(self) -> None:
        """Let callers in; raise what keeps a server from starting."""
        await self._both.start()
        if self.certificates is not None:
            self._watcher.start()

    def renew(self) -> None:
        """Read certificates again, where there are any; may be called from any thread."""
        if self.certificates is not None:
            try:
                self.certificates.reload()
            except Exception as error:  # noqa: BLE001 - policies are read next, and nobody reads ours
                self._on_error(error)

    async def close(self) -> None:
        """See everybody out; returns when every exchange has had its ending."""
        await self._both.stop(self._settings.drain_delay_seconds, self._settings.drain_seconds)
        if self.certificates is not None:
            self._watcher.stop()

    def _listener(self, number: int, app: ASGIApp, listening: socket.socket) -> Listener:
        entrance = self.certificates.entrances[number] if self.certificates is not None else None
        limits = DoorLimits(keep_alive_seconds=self._settings.keep_alive_seconds)
        connection = connection_class(
            limits, self._on_error, clock=self._clock, is_open=self._readiness.is_ready
        )
        return Listener(serving(app, connection, entrance), listening)

    def _administration(self, pipeline: Pipeline, rooms: AdminRooms) -> list[Route]:
        self.admin_desk = AdminDesk(pipeline, self._clock, self._notified, self._on_error)
        return self.admin_desk.routes(admin_routes(rooms))
