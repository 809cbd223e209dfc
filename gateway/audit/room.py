"""The room as a whole: everything that writes the audit log of one process, put together."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.audit.anchors import EVERY_SECONDS, Anchor, Anchorer, CommandAnchor, FolderAnchor
from gateway.audit.catalogue import Facts
from gateway.audit.checkpoint import Epoch
from gateway.audit.content import ContentStore
from gateway.audit.devices import Device, Devices
from gateway.audit.disk import Disk
from gateway.audit.known_logs import KnownLogs
from gateway.audit.layout import Layout
from gateway.audit.log_writer import SEGMENT_BYTES
from gateway.audit.lookup_keys import KIND as PERIOD
from gateway.audit.lookup_keys import LookupKeys, period_after, period_of
from gateway.audit.notary import Notary, origin_of, published_epochs
from gateway.audit.openings import Whence, peer_of
from gateway.audit.record import time_text
from gateway.audit.scribe import Scribe
from gateway.audit.signing import KIND as SIGNER
from gateway.audit.signing import SigningKeys
from gateway.audit.slips import given
from gateway.audit.subject_keys import KIND as SUBJECT
from gateway.audit.subject_keys import SubjectKeys
from gateway.audit.teller import Teller
from gateway.audit.trail import Trail
from gateway.foundation.clock import Clock
from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_follower import StateFollower
from gateway.foundation.state_store import StateStore, StateUnavailable
from gateway.vocabulary.notice import Notice

FOLDER = "audit"
TROUBLES = ("disk", "disk_reserve", "writer_stopped")
_RENEW_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """
    Where one process keeps its log: folders in the order in which they are tried, and bounds.

    In `state_dir` it is remembered which log each of them has. `expires` says
    whether the gateway itself lets go of what plans do not want kept any longer.
    """

    folders: tuple[Path, ...]
    host: str
    slot: int
    version: str
    reserve_bytes: int = 0
    segment_bytes: int = SEGMENT_BYTES
    anchor_folder: Path | None = None
    anchor_command: str | None = None
    anchor_seconds: float = EVERY_SECONDS
    state_dir: Path | None = None
    expires: bool = True


class AuditRoom:
    """The log of one process: opened before the door, closed after it."""

    def __init__(
        self,
        settings: AuditSettings,
        keys: TenantKeys,
        store: StateStore,
        *,
        clock: Clock,
        tell: Callable[[Notice], None],
        whence: Whence = peer_of,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._whence = whence
        self._keys = keys
        self._store = store
        self._disk = Disk()
        self._signing: list[SigningKeys] = []
        self._tenants: tuple[str, ...] = ()
        self.lookups = LookupKeys(keys, store)
        self.subjects = SubjectKeys(keys, store, clock)

    async def open(self) -> None:
        """Load the keys, recover what died, begin to write; raise `UnusableState`."""
        settings = self._settings
        await self.lookups.load()
        self._anchorer = Anchorer(
            self._anchors(), every_seconds=settings.anchor_seconds, on_trouble=self._told_of_anchor
        )
        devices = [await self._usable(Layout(folder)) for folder in settings.folders]
        try:
            self.devices = Devices(
                devices,
                host=settings.host,
                slot=settings.slot,
                version=settings.version,
                segment_bytes=settings.segment_bytes,
            )
            self.scribe = Scribe(self.devices, self._clock, on_trouble=self._told_of_trouble)
            await asyncio.to_thread(self.scribe.open)
        except OSError as error:
            raise _unwritable(settings.folders[0], error) from error
        teller = Teller(self.lookups, self._contents, self._whence)
        self.trail = Trail(self.scribe, teller, self.subjects, self._clock)
        self.scribe.figures.strangers = self.trail.strangers.news

    @property
    def troubles(self) -> Mapping[tuple[str], bool]:
        """What keeps records from being written, signed or taken outside, by what it may be."""
        told: dict[tuple[str], bool] = {(reason,): self.scribe.trouble == reason for reason in TROUBLES}
        device = self.scribe.device
        told["not_as_signed",] = device is not None and device.notary.is_broken
        told["anchor",] = bool(self._anchorer.troubled)
        return told

    @property
    def layouts(self) -> list[Layout]:
        """The folders of the log, in the order in which they are tried."""
        return [Layout(folder) for folder in self._settings.folders]

    def content_stores(self) -> list[ContentStore]:
        """Return the kept texts of every folder."""
        return [ContentStore(layout, self._disk) for layout in self.layouts]

    def record(self, event: str, facts: Facts) -> None:
        """Put an event into the log."""
        self.scribe.put(given, (event, facts))

    async def write(self, event: str, facts: Facts) -> None:
        """
        Put an event into the log, and return when it is on the disk; raise `OSError`.

        For an act of its own process, in which no thread writes.
        """
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.scribe.put(given, (event, facts), waiter=waiter)
        # The second time where a file failed, and another one was begun.
        for _ in range(2):
            if not waiter.done():
                await asyncio.to_thread(self.scribe.turn)
                await asyncio.sleep(0)
        if not waiter.done() or waiter.exception() is not None:
            raise OSError(f"The log could not be written ({self.scribe.trouble}), so no file was deleted.")

    async def rotate_signer(self, since: str) -> list[Epoch]:
        """Give each folder's log a new key that signs from then on."""
        return [await signing.rotate(since) for signing in self._signing]

    def follow(self, follower: StateFollower) -> None:
        """Let changes of other processes be known here."""
        follower.follow(PERIOD, self.lookups)
        # An entry for each person who was ever here: reading them all, each start would take longer.
        follower.follow(SUBJECT, self.subjects, needs_whole=False)
        for signing in self._signing:
            follower.follow(SIGNER, signing)

    async def ensure(self, tenants: Iterable[str]) -> None:
        """Make the look-up keys of these tenants for this month and the next."""
        self._tenants = (GATEWAY, *tenants)
        await self.lookups.ensure(self._tenants, self._periods())

    async def run(self) -> None:
        """Make next month's keys in time, until cancelled."""
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            await self.renew()

    async def renew(self) -> None:
        """Make the look-up keys that are missing, if the state store answers; else the next time."""
        with suppress(StateUnavailable):
            await self.lookups.ensure(self._tenants, self._periods())

    def start(self) -> None:
        """Let the threads run."""
        self.scribe.start()
        self._anchorer.start()

    async def close(self) -> None:
        """Write what is queued, sign, hand the last checkpoint over."""
        self.trail.close()
        await asyncio.to_thread(self.scribe.stop)
        await asyncio.to_thread(self._anchorer.stop)

    async def _usable(self, layout: Layout) -> Device:
        try:
            return await self._device(layout)
        except OSError as error:
            raise _unwritable(layout.root, error) from error

    async def _device(self, layout: Layout) -> Device:
        state = self._settings.state_dir
        known = None if state is None else KnownLogs(StateFolder(state))
        if known is not None:
            known.demand(layout)
        origin = origin_of(layout, self._disk, self._settings.host)
        if known is not None:
            known.keep(layout, origin)
        signing = SigningKeys(origin, self._keys, self._store)
        # Read first: of a key that is made meanwhile the store then knows.
        published = published_epochs(layout)
        await signing.ensure(time_text(self._clock.wall()), published)
        self._signing.append(signing)
        notary = Notary(
            layout,
            self._disk,
            signing,
            offer=self._anchorer.offer,
            on_broken=lambda: self._tell(Notice("audit.broken", {"log": origin})),
        )
        return Device(layout, notary, self._disk, self._settings.reserve_bytes)

    def _anchors(self) -> Sequence[Anchor]:
        settings = self._settings
        anchors: list[Anchor] = []
        if settings.anchor_folder is not None:
            anchors.append(FolderAnchor(settings.anchor_folder, self._disk))
        if settings.anchor_command:
            anchors.append(CommandAnchor(settings.anchor_command))
        return anchors

    def _contents(self) -> ContentStore:
        device = self.scribe.device
        if device is None:
            raise OSError("no device for the audit log works")
        return ContentStore(device.layout, device.disk)

    def _periods(self) -> Sequence[str]:
        period = period_of(time_text(self._clock.wall()))
        return (period, period_after(period))

    def _told_of_trouble(self, trouble: str | None) -> None:
        if trouble is None:
            self._tell(Notice("audit.reached"))
        else:
            self._tell(Notice("audit.lost", {"reason": trouble}))

    def _told_of_anchor(self, anchor: str, trouble: str | None) -> None:
        if trouble is None:
            self._tell(Notice("anchor.reached", {"anchor": anchor}))
        else:
            self._tell(Notice("anchor.lost", {"anchor": anchor, "reason": trouble}))


def _unwritable(folder: Path, error: OSError) -> UnusableState:
    return UnusableState(
        f"The audit log cannot be written in {folder} ({error.strerror}). "
        "Give the folder room and rights, or name a second one in GATEWAY_AUDIT_SECOND_DIR."
    )
