"""
Several workers as one service.

    SIGTERM, SIGINT   every worker finishes what runs, then this process ends
    SIGHUP            every worker reads its policies and certificates again
    SIGUSR2           every worker is replaced by a new one, one after the other

Each slot has sockets of its own at the same address, so that the kernel deals
connections out evenly. A worker that is killed costs its own connections and
nothing else; one that dies at its start again and again is given longer and
longer pauses.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from functools import partial

from gateway.foundation.last_tasks import LastTasks, cancel_all
from gateway.foundation.message_line import Message
from gateway.supervisor.slot import ASK_SECONDS, READY_SECONDS, Slot
from gateway.supervisor.worker import COMMAND, Worker
from gateway.telemetry.announcements import Announcement, Announces
from gateway.telemetry.catalogue import WORKER_DEATHS, WORKER_STARTS, WORKERS, WORKERS_WANTED
from gateway.telemetry.reading import Reading
from gateway.telemetry.tenant_names import TenantNames
from gateway.telemetry.total import Total


class Supervisor:
    """
    Run one worker in each slot; `slots` are the sockets of each.

    `stop_seconds` is how long a worker may take to finish, `ready_seconds` to
    start, and every `ask_seconds` it is asked for a sign of life; `names` are
    the tenants that have one in metrics. `show` is given what the first start
    has for a person to paste.
    """

    def __init__(
        self,
        slots: Sequence[Sequence[socket.socket]],
        tell: Announces,
        show: Callable[[str], None],
        *,
        stop_seconds: float,
        ready_seconds: float = READY_SECONDS,
        ask_seconds: float = ASK_SECONDS,
        names: TenantNames,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._tell = tell
        self._show = show
        self._total = Total(names)
        self._tasks = LastTasks(self._failed)
        spawn = partial(Worker.spawn, total=self._total, on_wish=self._wished, command=command)
        self._slots = [
            Slot(
                number,
                sockets,
                spawn,
                tell,
                stop_seconds=stop_seconds,
                ready_seconds=ready_seconds,
                ask_seconds=ask_seconds,
            )
            for number, sockets in enumerate(slots)
        ]
        self._stopping = asyncio.Event()
        self._replacing = asyncio.Lock()

    @property
    def workers(self) -> list[Worker]:
        """Those who run now."""
        return [slot.worker for slot in self._slots if slot.worker is not None]

    def stop(self) -> None:
        """Ask for the end."""
        self._stopping.set()

    def hang_up(self, but: Worker | None = None) -> None:
        """Let every worker read its policies and certificates again, but one who has."""
        for worker in self.workers:
            if worker is not but:
                worker.hang_up()

    async def run(self) -> bool:
        """Serve until the end is asked for; return False if the first worker could not start."""
        ending = asyncio.ensure_future(self._end_when_asked())
        if not await self._start() and not self._stopping.is_set():
            await cancel_all({ending})
            return False
        keeping = [asyncio.ensure_future(slot.keep()) for slot in self._slots]
        await ending
        await asyncio.gather(*keeping)
        await self._tasks.finish(1.0)
        return True

    def install(self) -> None:
        """Listen to the process's signals."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.hang_up)
        loop.add_signal_handler(signal.SIGUSR2, lambda: self._tasks.start(self.replace_all()))

    async def replace_all(self) -> None:
        """Replace every worker, one after the other; the first that does not become ready ends that."""
        async with self._replacing:
            for slot in self._slots:
                if self._stopping.is_set() or not await slot.replace():
                    return
            self._tell_of_all("replaced", "workers were replaced")

    async def page(self, accept: str) -> tuple[bytes, str]:
        """Return what all workers together have counted, and how they are, as text and its media type."""
        await asyncio.gather(*[slot.count() for slot in self._slots])
        self._count_workers()
        return self._total.page(accept)

    async def _start(self) -> bool:
        first, *others = self._slots
        # Alone: it makes what the others find, keys and the first credentials.
        if not await first.start():
            await first.stop()
            return False
        await asyncio.gather(*[slot.start() for slot in others])
        self._welcome(first)
        return True

    async def _end_when_asked(self) -> None:
        # Also while workers start: one that waits for Redis would keep everybody from stopping.
        await self._stopping.wait()
        self._tell(Announcement("gateway.stopping", "stopping: running exchanges may finish", {}))
        await asyncio.gather(*[slot.stop() for slot in self._slots])

    def _wished(self, worker: Worker, message: Message) -> None:
        if message.get("kind") == "reload":
            self.hang_up(but=worker)
        else:
            self._tasks.start(self._answer(worker, str(message.get("accept", ""))))

    async def _answer(self, worker: Worker, accept: str) -> None:
        body, media_type = await self.page(accept)
        worker.answer(accept, body.decode(), media_type)

    def _count_workers(self) -> None:
        running = sum(worker.is_ready.is_set() and not worker.has_ended for worker in self.workers)
        starts, deaths = sum(slot.starts for slot in self._slots), sum(slot.deaths for slot in self._slots)
        told = {
            WORKERS: running,
            WORKERS_WANTED: len(self._slots),
            WORKER_STARTS: starts,
            WORKER_DEATHS: deaths,
        }
        self._total.tell(self, {family.name: [Reading((), number)] for family, number in told.items()})

    def _welcome(self, first: Slot) -> None:
        if first.worker is not None:
            for one in first.worker.said:
                self._tell(one)
            self._show(first.worker.to_paste)
        self._tell_of_all("serving", "workers serve; SIGUSR2 replaces them without a gap")

    def _tell_of_all(self, what: str, words: str) -> None:
        count = len(self._slots)
        self._tell(Announcement(f"worker.{what}", f"{count} {words}", {"workers": count}))

    def _failed(self, error: BaseException) -> None:
        name = type(error).__name__
        self._tell(Announcement("supervisor.failed", f"the supervisor failed: {name}", {"error": name}))
