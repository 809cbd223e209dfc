"""The composition root: every room is built here, once, and put in its place."""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable, Mapping, Sequence

from gateway.audit.daily_expiry import daily_expiry
from gateway.audit.review.reader import log_reader
from gateway.audit.room import AuditRoom
from gateway.audit.trail import Trail
from gateway.cache.library import Library, Place
from gateway.credentials import Credentials
from gateway.doors import Account, Doors
from gateway.edge.admin.routes import AdminRooms
from gateway.edge.oauth.endpoints import OAuthEndpoints
from gateway.foundation.clock import SystemClock
from gateway.foundation.last_tasks import LastTasks, cancel_all, keep_going
from gateway.foundation.line_writer import LineWriter
from gateway.foundation.spare_stream import SpareStream
from gateway.foundation.state_folder import StateFolder
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.gauges import (
    Gauges,
    watch_audit,
    watch_cache,
    watch_doors,
    watch_limits,
    watch_state,
    watch_upstreams,
)
from gateway.identity.demo_key import DemoKey, demo_key, keep_demo_key
from gateway.identity.key_office import KeyOffice
from gateway.limits.limiter import Limiter
from gateway.limits.opening import Ledgers
from gateway.pipeline.pipeline import Pipeline
from gateway.policy.access import ExtraKey
from gateway.policy.book import PolicyBook
from gateway.policy.watcher import PolicyDesk, PolicyWatcher
from gateway.policy_source import PolicySource
from gateway.redaction.engines.kept_databases import KEPT
from gateway.redaction.redactor import Redactor
from gateway.settings import Settings
from gateway.telemetry import catalogue
from gateway.telemetry.access_log import AccessLog
from gateway.telemetry.event_log import EventLog
from gateway.telemetry.exposition import expose
from gateway.telemetry.loss_teller import LossTeller
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.observer import Observer
from gateway.telemetry.other_voices import overhear
from gateway.telemetry.reading import Account as Readings
from gateway.telemetry.tenant_names import TenantNames
from gateway.upstreams.dispatcher import Dispatcher
from gateway.upstreams.kinds import KINDS
from gateway.upstreams.transports import make_transports
from gateway.vocabulary.notice import Listener as ExchangeListener

_TASKS_SECONDS = 5.0
# Values here live for one request or for ever; the default threshold would
# look through the latter again and again. To look through ten thousand young
# ones takes a millisecond or two, in somebody's turn.
GC_THRESHOLDS = (10_000, 250, 100)


class Gateway:
    """
    One process of the gateway.

    `open` starts everything in order, `close` ends it in the opposite one;
    `book` and `addresses` are there from `open` on. One of several workers is
    lent its `sockets`, tells the `account` of all, and can have the others reload.
    """

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str],
        *,
        sockets: Sequence[socket.socket] = (),
        account: Account | None = None,
        reload_others: Callable[[], object] = lambda: None,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._sockets = sockets
        self._reload_others = reload_others
        self._clock = SystemClock()
        told = SpareStream(sys.stderr.fileno())
        self._events = EventLog(told, settings.log_level)
        self._metrics = Metrics(TenantNames(settings.metrics_tenants))
        self._tasks = LastTasks(self._events.failed)
        self._access_lines = LineWriter(sys.stdout.fileno(), LossTeller("access", self._events))
        self._folder = StateFolder(settings.state_dir)
        KEPT.folder = self._folder.path / "compiled"
        self.demo: DemoKey = demo_key(self._folder, settings.demo_key)
        self._transports = make_transports(settings.ca_file)
        watch_upstreams(self._metrics, self._transports.values())
        self._web = WebClient(trusting_context(settings.ca_file))
        self._observer = Observer(self._metrics, self._clock)
        self._gauges = Gauges(self._metrics, self._clock)
        self._notified: list[ExchangeListener] = [self._observer, self._gauges, self._events]
        self.doors = Doors(
            settings,
            self._clock,
            self._events.failed,
            account=account or self._own_account,
            notified=self._notified,
        )
        self.credentials = Credentials(settings, self._clock, self._tasks, self._notified)
        self._source = PolicySource(
            settings.policies,
            environ,
            transports=self._transports,
            extra_keys=(ExtraKey("demo", self.demo.key_id, self.demo.hash),),
            is_loopback=settings.is_loopback,
            prepare=self._prepare,
        )
        self._watcher = self._policy_watcher()
        if self.doors.certificates is not None:
            watch_doors(self._metrics, self.doors.certificates)
        self._metrics.watch(catalogue.IN_FLIGHT, lambda: len(self.doors.running))
        self._metrics.watch(catalogue.FAILED_CREDENTIALS, lambda: self.credentials.brakes.failures)
        self._gauges.losses |= {"events": lambda: told.lost, "access": lambda: self._access_lines.lost}

    @property
    def book(self) -> PolicyBook:
        """The policies that are valid now."""
        return self._desk.book

    @property
    def simulator_url(self) -> str | None:
        """Where the built-in simulator listens, if it was needed."""
        return self._source.simulator.base_url if self._source.simulator is not None else None

    @property
    def silent_upstreams(self) -> tuple[str, ...]:
        """The upstreams that are only used when they answer, and did not."""
        return self._source.silent

    @property
    def address(self) -> tuple[str, int]:
        """Where callers connect."""
        return self.doors.address

    def overhear(self) -> None:
        """Tell what libraries and threads of this process say, which then is all ours."""
        overhear(self._events)

    def count(self) -> Readings:
        """Return what this process has counted so far, family by family."""
        return self._metrics.readings()

    async def open(self) -> None:
        """Read the policies and accept callers; raise what keeps the gateway from starting."""
        await self.credentials.open(self._folder)
        trail = await self._open_audit()
        self._library = self._open_library()
        await self.credentials.follower.catch_up()
        heard, faults = self._notified, self._events.failed
        self._desk = PolicyDesk(await self._source.read(), self._source.build, heard, on_error=faults)
        self._gauges.began(self._desk.book)
        access = (AccessLog(self._access_lines, self._clock),) if self._settings.access_log else ()
        authenticator, token_desk = self.credentials.recognise(self._web, lambda: self.book.keyring)
        self._redactor = Redactor(self.credentials.keys.derive, self._clock)
        keeper = self.credentials.keeper(self._web)
        pipeline = Pipeline(
            desk=self._desk,
            authenticator=authenticator,
            limiter=await self._limiter(),
            redactor=self._redactor,
            librarian=self._library.librarian,
            thoughts=self._library.thoughts,
            trail=trail,
            dispatcher=Dispatcher(
                self._transports, KINDS, self._clock, self._tasks, keeper=keeper, listeners=self._notified
            ),
            listeners=(trail, self._observer, *access),
            tasks=self._tasks,
            clock=self._clock,
        )
        office = self.credentials.office(lambda: self.book)
        oauth = OAuthEndpoints(token_desk, self.credentials.address_of).routes()
        self.doors.hang(pipeline, oauth, self._admin_rooms(office), lent=self._sockets)
        keep_demo_key(self._folder, self.demo)
        await self.credentials.ensure_admin(office, trail.noticed)
        await self.doors.open()
        self._watcher.start()
        self._audit.start()
        running = (
            self._access_lines.run,
            *self.credentials.running(),
            self._audit.run,
            self._expiry.run,
            self._reader.inspector.run,
            self._gauges.run,
        )
        self._beside = [asyncio.ensure_future(keep_going(work, self._events.failed)) for work in running]
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)

    async def _open_audit(self) -> Trail:
        self._audit = AuditRoom(
            self._settings.audit,
            self.credentials.keys,
            self.credentials.store,
            clock=self._clock,
            tell=self.credentials.tell,
            whence=self.credentials.whence,
        )
        await self._audit.open()
        self._notified.append(self._audit.trail)
        self._gauges.losses["audit"] = lambda: self._audit.scribe.lost
        tell = self.credentials.tell
        self._expiry = daily_expiry(self._settings.audit, self._environ, self._clock, tell)
        await self._expiry.open()
        watch_audit(self._metrics, self._audit, self._expiry)
        self._reader = log_reader(self._settings.audit, self._audit, self._clock)
        self._audit.follow(self.credentials.follower)
        return self._audit.trail

    def _open_library(self) -> Library:
        place = Place(self._settings.cache_redis, self._settings.ca_file, self._settings.cache_bytes)
        keys, tell = self.credentials.keys, self.credentials.tell
        library = Library(place, keys, self._clock, tasks=self._tasks, tell=tell)
        library.open(self.credentials.follower)
        watch_cache(self._metrics, library)
        return library

    def _admin_rooms(self, office: KeyOffice) -> AdminRooms:
        return AdminRooms(
            office=office,
            clock=self._clock,
            catch_up=self.credentials.follower.catch_up,
            reload=self.reload,
            reload_others=self._reload_others,
            book=lambda: self.book,
            destroy_data_key=self.credentials.destroy_data_key,
            redactor=self._redactor,
            log=self._reader,
            store=self.credentials.store,
        )

    def read_again(self) -> None:
        """Read policies and certificates again; waits, so never call it from the event loop."""
        self.doors.renew()
        self.reload()

    def reload(self) -> bool:
        """Read the policies again; waits, so never call it from the event loop."""
        return self._desk.reload()

    async def close(self) -> None:
        """Drain, then let go of everything; whatever was begun is written down."""
        await self.doors.close()
        await asyncio.to_thread(self._watcher.stop)
        await self._tasks.finish(_TASKS_SECONDS)
        for transport in self._transports.values():
            await transport.close()
        await self._web.close()
        await self._source.close()
        await cancel_all(self._beside)
        await self._ledgers.close()
        await self._audit.close()
        await self._library.close()
        await self.credentials.close()
        self._access_lines.flush()

    def _policy_watcher(self) -> PolicyWatcher:
        return PolicyWatcher(
            self._settings.policies,
            self.reload,
            on_error=self._events.failed,
            is_undecided=lambda: self._desk.is_undecided,
        )

    async def _prepare(self, book: PolicyBook) -> None:
        await self.credentials.prepare(book)
        self._metrics.names.expect(book.plans)
        self._metrics.tallies.expect_upstreams(upstream.name for upstream in book.upstreams)
        await self._audit.ensure(book.plans)

    async def _limiter(self) -> Limiter:
        self._ledgers = ledgers = Ledgers(self._clock, self.credentials.tell, self._metrics.names.name)
        if self._settings.redis is not None:
            await ledgers.open(self._settings.redis, self._settings.ca_file, self._tasks)
        limiter = ledgers.limiter()
        watch_limits(self._metrics, ledgers, limiter, lambda: self.book)
        trail = self._audit.trail
        watch_state(self._metrics, lambda: self.credentials.degraded, lambda: trail.degraded)
        return limiter

    async def _own_account(self, accept: str) -> tuple[bytes, str]:
        return await expose(self._metrics.readings(), accept)
