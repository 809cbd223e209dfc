"""One place for a worker: sockets that stay, and whoever serves on them now."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from gateway.foundation.listening import is_listening, stop_listening
from gateway.supervisor.restarts import Record
from gateway.supervisor.worker import Worker
from gateway.telemetry.announcements import Announcement, Announces

READY_SECONDS = 60.0
# Callers who wait for a worker that starts are not kept for longer: others may serve them.
QUEUE_SECONDS = 5.0
# A worker is asked so often for a sign of life, and ended when so many in a row were not answered.
ASK_SECONDS = 10.0
MOST_UNANSWERED = 6

Spawn = Callable[[Sequence[socket.socket]], Awaitable[Worker]]


class Slot:
    """
    Keep one worker running on these sockets, and replace it without a gap.

    A worker that is not ready `ready_seconds` after its start, has not
    finished `stop_seconds` after it was told to, or whose event loop answers
    no more, is killed. The sockets belong
    to the slot, and listen once its first worker serves (those of the first
    slot at once, so that callers wait for it). While a worker dies and the next one starts, callers wait in
    their queue and are not refused; when that start fails, takes more than
    `QUEUE_SECONDS` or has to wait for a pause, they are, and the kernel deals
    connections to the other slots until a worker listens here again.
    """

    def __init__(
        self,
        number: int,
        sockets: Sequence[socket.socket],
        spawn: Spawn,
        tell: Announces,
        *,
        stop_seconds: float,
        ready_seconds: float = READY_SECONDS,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        self.number = number
        self.starts = self.deaths = 0
        self.worker: Worker | None = None
        self._leaving: Worker | None = None
        self._sockets = sockets
        self._spawn = spawn
        self._tell = tell
        self._stop_seconds = stop_seconds
        self._ready_seconds = ready_seconds
        self._ask_seconds = ask_seconds
        self._record = Record()
        self._stopping = asyncio.Event()

    async def start(self) -> bool:
        """Start the first worker; return whether it became ready, and end one that did not."""
        if self._stopping.is_set():
            return False
        self.worker = worker = await self._begin()
        if self._stopping.is_set():
            await self._end(worker)
            return False
        has_started = await self._becomes_ready(worker)
        # One that is told to stop has its time for it.
        if not has_started and not self._stopping.is_set():
            worker.kill()
        return has_started

    async def keep(self) -> None:
        """Put another worker in the place of each that dies; returns after `stop`, never cancel it."""
        while not self._stopping.is_set():
            if self.worker is None:
                await self._try_again()
            elif await self._has_died(self.worker):
                await self._bury(self.worker)
        if self.worker is not None:
            # It may have been started while the others were told to stop.
            await self._end(self.worker)

    async def replace(self) -> bool:
        """Start a new worker, and only when it is ready let the old one finish; False leaves the old one."""
        fresh = await self._begin()
        if not (await fresh.until_ready(self._ready_seconds) and self._is_listening()):
            fresh.kill()
            await fresh.until_ended()
            fresh.retire()
            self._say("not_ready", ": the new one did not become ready; the old one goes on")
            return False
        self._leaving, self.worker = self.worker, fresh
        if self._leaving is not None:
            await self._end(self._leaving)
            self._leaving.retire()
            self._leaving = None
        return True

    async def stop(self) -> None:
        """Let the worker finish, and start no other; once it accepts nobody any more, callers are refused."""
        self._stopping.set()
        # Held open, they would take in callers whom nobody serves, for as long as running answers last.
        for one in self._sockets:
            one.close()
        if self.worker is not None:
            await self._end(self.worker)

    async def count(self) -> None:
        """Let each worker of this slot tell what it counted, also one that only finishes what it began."""
        asked = [worker for worker in (self._leaving, self.worker) if worker is not None]
        await asyncio.gather(*[worker.count() for worker in asked])

    async def _has_died(self, worker: Worker) -> bool:
        """Wait for the end of this worker; False if it was the end that was meant for it."""
        if not worker.is_ready.is_set() and not await self._becomes_ready(worker):
            worker.kill()
        await self._outlive(worker)
        return worker is self.worker and not self._stopping.is_set()

    async def _outlive(self, worker: Worker) -> None:
        """Wait for the end of a worker, and end one that is stuck: its callers would wait for ever."""
        while await worker.until_ended(self._ask_seconds) is None:
            # Counted by questions and not by the clock: after a pause of the whole machine none is owed.
            if worker.unanswered < MOST_UNANSWERED:
                worker.ask()
            else:
                self._say("stuck", f" (process {worker.pid}) is stuck and is killed", pid=worker.pid)
                worker.kill()

    async def _becomes_ready(self, worker: Worker) -> bool:
        """Return whether the only worker of this slot becomes ready in time, and listens."""
        is_ready = await worker.until_ready(min(QUEUE_SECONDS, self._ready_seconds))
        # A replacement that took its place listens on the same sockets.
        if not is_ready and worker is self.worker:
            self._send_callers_away()
            is_ready = await worker.until_ready(max(0.0, self._ready_seconds - QUEUE_SECONDS))
        return is_ready and self._is_listening()

    def _is_listening(self) -> bool:
        """Return whether callers reach this slot, or need not; not once they were sent away from it."""
        return self._stopping.is_set() or all(map(is_listening, self._sockets))

    def _send_callers_away(self) -> None:
        for one in self._sockets:
            stop_listening(one)

    async def _end(self, worker: Worker) -> None:
        worker.signal(signal.SIGTERM)
        if await worker.until_ended(self._stop_seconds) is None:
            self._say("killed", " did not stop in time and is killed")
            worker.kill()
            await worker.until_ended()

    async def _begin(self) -> Worker:
        self.starts += 1
        return await self._spawn(self._sockets)

    async def _try_again(self) -> None:
        try:
            worker = await self._begin()
        except OSError as error:
            self._record = self._record.after_death(0.0)
            self._send_callers_away()
            self._say("not_started", f" cannot be started: {error}")
            await self._pause(max(self._record.pause_seconds, 1.0))
            return
        if self.worker is None:
            self.worker = worker
        else:
            # All were replaced meanwhile, and this slot has one already.
            await self._end(worker)
            worker.retire()

    async def _bury(self, worker: Worker) -> None:
        code = await worker.until_ended()
        worker.retire()
        self.worker = None
        self.deaths += 1
        self._record = self._record.after_death(worker.lived_seconds)
        pause_seconds = self._record.pause_seconds
        when = f"in {pause_seconds:g} seconds" if pause_seconds else "now"
        text = f" (process {worker.pid}) ended with {code}; the next one starts {when}"
        self._say("ended", text, pid=worker.pid, code=code, pause_seconds=pause_seconds)
        if pause_seconds:
            self._send_callers_away()
        await self._pause(pause_seconds)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _say(self, what: str, words: str, **facts: Any) -> None:
        said = {"worker": self.number, **facts}
        self._tell(Announcement(f"worker.{what}", f"worker {self.number}{words}", said))
