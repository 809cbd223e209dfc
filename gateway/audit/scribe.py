"""
The thread that writes: it makes records, hashes them and brings them to the disk.

The event loop only puts something into a queue. A turn is taken at once where
somebody waits for it (`strict`), and every 50 ms for all others (`group`); what it
writes is synced in the same turn, or before the next checkpoint (`os`): nothing is
signed that a power cut could take back. When a file fails, its writer is over. What
was not durable yet is written again by the next writer, on the first device that
works, so a record may stand twice but is not lost. When no device works, `trouble`
says why, records wait up to a bound, and what falls beyond it is counted and told in
a `log.gap`.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import Any

from gateway.audit.catalogue import Heartbeat
from gateway.audit.devices import Device, Devices
from gateway.audit.figures import Figures
from gateway.audit.log_writer import LogWriter, Moment
from gateway.audit.record import time_text
from gateway.audit.slips import Gap, Make, NotWritten, Slip, answer, entries_of, given, heartbeat, pieces_of
from gateway.foundation.clock import Clock

GROUP_SECONDS = 0.05
SIGN_SECONDS = 1.0
SIGN_RECORDS = 1_000
HEARTBEAT_SECONDS = 60.0
RETRY_SECONDS = 1.0
BURY_SECONDS = 20.0
MOST_WEIGHT = 65_536


class Scribe:
    """
    Write everything that is put, in order, by one thread.

    `turn` is one round of its work: a test calls it in place of the thread.
    """

    def __init__(
        self,
        devices: Devices,
        clock: Clock,
        *,
        most_weight: int = MOST_WEIGHT,
        on_trouble: Callable[[str | None], None],
    ) -> None:
        self.devices = devices
        self._clock, self._wall, self._monotonic = clock, clock.wall, clock.monotonic
        self._most_weight = most_weight
        self._on_trouble = on_trouble
        self._queue: deque[Slip] = deque()
        self._put_weight = self._taken_weight = 0
        self._unwritten: list[Slip] = []
        self._unsynced: list[Slip] = []
        self._writer: LogWriter | None = None
        self.device: Device | None = None
        self._retry_at, self._replace_at = inf, 0.0
        self._sign_at = self._heartbeat_at = self._bury_at = 0.0
        self._signed = self._dropped = self._turns = 0
        self._gap, self._counting, self.figures = Gap(), threading.Lock(), Figures()
        self._idle, self._wake = threading.Event(), threading.Event()
        self._stopping = self._must_sync = False
        self._thread: threading.Thread | None = None
        self.trouble: str | None = "not_started"

    @property
    def lost(self) -> int:
        """How many records were lost since the start."""
        return self._gap.total + self._dropped

    @property
    def backlog(self) -> int:
        """How much is in the queue, by weight."""
        return len(self._queue) + self._put_weight - self._taken_weight

    @property
    def is_closed(self) -> bool:
        """Whether no request may be let in: in trouble, or so full that only what ends them has room."""
        weight = len(self._queue) + self._put_weight - self._taken_weight
        return self.trouble is not None or weight * 4 > self._most_weight * 3

    def put(
        self,
        make: Make,
        subject: Any,
        *,
        weight: int = 1,
        waiter: "asyncio.Future[None] | None" = None,
        is_lazy: bool = False,
    ) -> None:
        """Queue one record; never waits. What is lazy is synced before the next checkpoint only."""
        # `backlog`, without the call: every request comes here twice.
        if len(self._queue) + self._put_weight - self._taken_weight + weight > self._most_weight:
            self._dropped += 1
            if waiter is not None:
                waiter.set_exception(NotWritten("the queue is full"))
            return
        if weight > 1:
            # Before it can be taken: until then the thread knows by this that something heavy may come.
            with self._counting:
                self._put_weight += weight - 1
        self._queue.append(Slip(make, subject, self._wall(), self._monotonic(), weight, waiter, is_lazy))
        if waiter is not None:
            self._wake.set()

    def open(self) -> None:
        """Begin a writer, after the dead ones were recovered; raise `OSError` if no device works."""
        error = self._begin(self._clock.monotonic())
        if error is not None:
            raise error

    def start(self) -> None:
        """Let the thread run."""
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, end the chain and sign; waits for the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.turn()
        self._end()
        if self._unwritten:
            self._dropped += len(self._unwritten)
            self._be_in_trouble("stopped_unwritten")

    def flush(self, seconds: float = 5.0) -> None:
        """Return once what was put is with the operating system; waits, so not for the event loop."""
        until, deadline = self._turns + 2, time.monotonic() + seconds
        while self._turns < until and self._thread is not None and time.monotonic() < deadline:
            self._wake.set()
            self._idle.wait(0.0005)

    def turn(self) -> None:
        """Do one round: write, sync, sign, each if it is due."""
        self._turns += 1
        now = self._clock.monotonic()
        self._take_all(now)
        if self._writer is None and now >= self._retry_at:
            self._begin(now)
        if self._writer is None:
            self._give_up()
            return
        if now >= self._bury_at:
            self._bury_at = now + BURY_SECONDS
            self._bury_the_dead()
        try:
            self._work(now, self._writer)
        except OSError:
            self._replace_writer(now)

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._wake.wait(GROUP_SECONDS)
                self._wake.clear()
                self.turn()
        finally:
            # Whatever ends this thread, requests are not let out unrecorded after it.
            if not self._stopping:
                self._be_in_trouble("writer_stopped")

    def _take_all(self, now: float) -> None:
        if now >= self._heartbeat_at:
            self._heartbeat_at = now + HEARTBEAT_SECONDS
            alive = Heartbeat(queued=len(self._unwritten), lost=self.lost, strangers=self.figures.strangers())
            self.put(heartbeat, alive, is_lazy=True)
        slips = [self._queue.popleft() for _ in range(len(self._queue))]
        if self._taken_weight != self._put_weight:
            self._taken_weight += sum([slip.weight for slip in slips]) - len(slips)
        self._unwritten += slips

    def _bury_the_dead(self) -> None:
        """End the chains of processes that died beside this one, so that their last second is signed too."""
        writer, device = self._writer, self.device
        if writer is None or device is None:
            return
        with suppress(OSError):
            device.bury_the_dead(writer.writer, Moment(self._time(), self._mono()))

    def _work(self, now: float, writer: LogWriter) -> None:
        if self._unwritten:
            self._write(writer)
        if self._must_sync:
            self._sync(writer)
        if now >= self._sign_at or writer.size - self._signed >= SIGN_RECORDS:
            self._sign(writer, now)

    def _write(self, writer: LogWriter) -> None:
        slips = self._unwritten
        for piece in pieces_of(slips):
            writer.write(entries_of(piece))
        self._unwritten = []
        self._unsynced += slips
        self._must_sync = not all(slip.is_lazy for slip in slips)

    def _sync(self, writer: LogWriter) -> None:
        writer.sync(self._time())
        slips, self._unsynced = self._unsynced, []
        self._must_sync = False
        answer(slips, None)
        self.figures.durable(slips, self._clock.monotonic())

    def _sign(self, writer: LogWriter, now: float) -> None:
        self._sign_at = now + SIGN_SECONDS
        if self._unsynced:
            self._sync(writer)
        if writer.size > self._signed:
            writer.publish()
            self._signed = writer.size
        if self.device is not None:
            self.device.notary.look(self._time())
            self._look_at_reserve(self.device)

    def _look_at_reserve(self, device: Device) -> None:
        if self.figures.has_room(device.room_bytes()):
            if self.trouble in ("disk_reserve", "disk"):
                self._be_in_trouble(None)
        elif self.devices.other_with_room(device) is not None:
            self._end("disk_reserve")
            self._begin(self._clock.monotonic())
        else:
            self._be_in_trouble("disk_reserve")

    def _begin(self, now: float) -> OSError | None:
        self._retry_at = now + RETRY_SECONDS
        opened = self.devices.open_writer(Moment(self._time(), self._mono()), self._clock.wall())
        if isinstance(opened, OSError):
            self._be_in_trouble("disk")
            return opened
        self.device, self._writer = opened
        self._signed, self._sign_at, self._must_sync = 0, now, False
        if lost := self._gap.close(self._dropped):
            self.figures.gaps += 1
            self._unwritten.insert(0, Slip(given, ("log.gap", lost), self._clock.wall(), now, 1))
        if self.trouble != "disk":  # After that, it works once it has signed.
            self._be_in_trouble(None if self.device.has_room() else "disk_reserve")
        return None

    def _replace_writer(self, now: float) -> None:
        """Give up a writer whose file failed; another one, if not of late, writes what was not durable."""
        if self._writer is not None:
            self._writer.abandon()
        self._writer = None
        self._unwritten, self._unsynced = self._unsynced + self._unwritten, []
        may_begin, self._replace_at = now >= self._replace_at, now + RETRY_SECONDS
        if may_begin and self._begin(now) is None:
            self._wake.set()
        else:
            self._be_in_trouble("disk")
            self._give_up()

    def _give_up(self) -> None:
        """Tell those who wait, and keep what is not written up to the bound."""
        answer(self._unwritten, NotWritten("no device can be written to"))
        surplus = max(0, len(self._unwritten) - self._most_weight)
        if surplus:
            del self._unwritten[self._most_weight :]
        self._gap.add(surplus, self._time())

    def _end(self, reason: str = "stopped") -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.close(reason, Moment(self._time(), self._mono()))
            answer(self._unsynced, None)
            self.figures.durable(self._unsynced, self._clock.monotonic())
            self._unsynced = []
            if self.device is not None:
                self.device.notary.look(self._time())
        except OSError:
            writer.abandon()
            self._gap.add(len(self._unsynced), self._time())
        finally:
            if self.device is not None:
                self.device.notary.close()

    def _be_in_trouble(self, trouble: str | None) -> None:
        before, self.trouble = self.trouble, trouble
        # That it works from the beginning is no news.
        if trouble != before and (before, trouble) != ("not_started", None):
            self._on_trouble(trouble)

    def _time(self) -> str:
        return time_text(self._clock.wall())

    def _mono(self) -> int:
        return int(self._clock.monotonic() * 1_000_000)
