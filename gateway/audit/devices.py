"""Where the log may be written: folders on one or two disks, and the first of them that works."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.audit.catalogue import LogOpened
from gateway.audit.disk import Disk
from gateway.audit.layout import Layout
from gateway.audit.log_writer import SEGMENT_BYTES, LogWriter, Moment
from gateway.audit.notary import Notary
from gateway.audit.record import writer_name
from gateway.audit.recovery import discard, recover

_MICROSECOND = 0.000_001


@dataclass(frozen=True, slots=True)
class Device:
    """One folder for a log, with whoever signs for it; `reserve_bytes` of its disk are left for what ends."""

    layout: Layout
    notary: Notary
    disk: Disk
    reserve_bytes: int
    _over: set[str] = field(default_factory=set, compare=False)

    def check(self) -> None:
        """
        Raise `OSError` unless the folder is still the one of this log.

        Where its disk is not mounted any more, a log would begin in the bare folder, unseen when the
        disk is back; and what is signed over it would contradict what is signed later.
        """
        found = self.layout.origin.read_text(encoding="ascii", errors="replace").strip()
        if found != self.notary.origin:
            raise OSError(f"{self.layout.root} has another log in it")

    def bury_the_dead(self, by: str, moment: Moment) -> None:
        """End the chains of writers that died beside this one."""
        recover(self.layout, self.disk, by=by, moment=moment, over=self._over)

    def room_bytes(self) -> int:
        """Return what is free beyond the reserve of the disk; less than nothing if it does not say."""
        try:
            return self.disk.free_bytes(self.layout.root) - self.reserve_bytes
        except OSError:
            return -1

    def has_room(self) -> bool:
        """Whether the reserve of the disk is untouched; False too if the disk does not say."""
        return self.room_bytes() > 0


class Devices:
    """The devices of one process, in the order in which they are tried."""

    def __init__(
        self,
        devices: Sequence[Device],
        *,
        host: str,
        slot: int,
        version: str,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        self._devices = devices
        self._host = host
        self._slot = slot
        self._version = version
        self._segment_bytes = segment_bytes

    def open_writer(self, moment: Moment, wall: float) -> tuple[Device, LogWriter] | OSError:
        """Begin a writer on the first device that works, those with room first; or return why none does."""
        failure = OSError("there is no device for the audit log")
        for device in sorted(self._devices, key=lambda device: not device.has_room()):
            try:
                return device, self._open(device, moment, wall)
            except OSError as error:
                failure = error
        return failure

    def other_with_room(self, device: Device) -> Device | None:
        """Return another device whose reserve is untouched."""
        return next((other for other in self._devices if other is not device and other.has_room()), None)

    def _open(self, device: Device, moment: Moment, wall: float) -> LogWriter:
        device.check()
        device.disk.make_folder(device.layout.writers)
        name = writer_name(self._host, self._slot, wall)
        while (device.layout.writers / name).exists():
            # Two writers of one microsecond: the clock went back, or stands still.
            wall += _MICROSECOND
            name = writer_name(self._host, self._slot, wall)
        device.bury_the_dead(name, moment)
        facts = LogOpened(origin=device.notary.origin, version=self._version)
        writer = None
        try:
            writer = LogWriter(device.layout, name, device.disk, segment_bytes=self._segment_bytes)
            writer.open(facts, moment)
        except FileExistsError:
            raise
        except OSError:
            if writer is not None:
                writer.abandon()
            discard(device.layout, name)
            raise
        return writer
