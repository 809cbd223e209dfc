"""One worker: a process of its own, and the line to it."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Sequence

import msgspec

from gateway.foundation.message_line import Message, MessageLine
from gateway.telemetry.announcements import Announcement
from gateway.telemetry.snapshots import read_gone, read_snapshot
from gateway.telemetry.total import Total

COMMAND = (sys.executable, "-m", "gateway", "worker")
_SNAPSHOT_SECONDS = 1.0
_LAST_WORDS_SECONDS = 1.0
# Of an account: whoever reads one part is soon done with it.
_PART_CHARACTERS = 64 * 1024


class Worker:
    """
    A process that serves on sockets which it was lent.

    It says when it is ready, tells `total` what it has counted, and asks for
    the page of all, or for a reload of the others (`on_wish`). `said` and `to_paste` are what its start
    has to say to programs and people. When this process dies, the line ends, and the
    worker stops by itself.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        total: Total,
        on_wish: Callable[["Worker", Message], None],
    ) -> None:
        self._process = process
        self._total = total
        self._on_wish = on_wish
        self._began = asyncio.get_running_loop().time()
        self._line = MessageLine(self._hear, self._line_ended)
        self._asked: list[asyncio.Future[None]] = []
        self._ended = asyncio.ensure_future(process.wait())
        self._line_is_over = asyncio.Event()
        self.is_ready = asyncio.Event()
        self._is_hung_up = False
        # How many questions for a sign of life it has not answered since it said something.
        self.unanswered = 0
        self.said: list[Announcement] = []
        self.to_paste = ""

    @classmethod
    async def spawn(
        cls,
        sockets: Sequence[socket.socket],
        total: Total,
        on_wish: Callable[["Worker", Message], None],
        command: Sequence[str] = COMMAND,
    ) -> "Worker":
        """Start a process on these sockets; raise `OSError` if that cannot be done."""
        ours, theirs = socket.socketpair()
        lent = [one.fileno() for one in sockets]
        arguments = ("--line", str(theirs.fileno()), "--sockets", ",".join(map(str, lent)))
        try:
            with contextlib.closing(theirs):
                process = await asyncio.create_subprocess_exec(
                    *command, *arguments, pass_fds=(*lent, theirs.fileno())
                )
        except BaseException:
            ours.close()
            raise
        worker = cls(process, total, on_wish)
        await worker._line.open(ours)
        return worker

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._ended.done()

    @property
    def lived_seconds(self) -> float:
        """How long it has been running."""
        return asyncio.get_running_loop().time() - self._began

    async def until_ready(self, seconds: float) -> bool:
        """Return whether it became ready within so many seconds, and alive."""
        ready = asyncio.ensure_future(self.is_ready.wait())
        try:
            await asyncio.wait({ready, self._ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        return self.is_ready.is_set() and not self.has_ended

    async def until_ended(self, seconds: float | None = None) -> int | None:
        """Return its exit code, or None when it still runs after so many seconds."""
        await asyncio.wait({self._ended}, timeout=seconds)
        if not self.has_ended:
            return None
        # Its last words may still be on the line.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._line_is_over.wait(), _LAST_WORDS_SECONDS)
        return self._ended.result()

    def signal(self, number: int) -> None:
        """Send it a signal; one that is gone hears nothing."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def hang_up(self) -> None:
        """Let it read its policies again: now, or when it is ready, since before that a SIGHUP may end it."""
        self._is_hung_up = True
        if self.is_ready.is_set():
            self.signal(signal.SIGHUP)

    def kill(self) -> None:
        """End it now."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def ask(self) -> None:
        """Ask for a sign of life."""
        self.unanswered += 1
        self._line.send({"kind": "ask"})

    async def count(self) -> None:
        """Let it tell what changed since it was asked; one that is silent is not waited for long."""
        if self.is_ready.is_set() and not self.has_ended:
            asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._asked.append(asked)
            self._line.send({"kind": "count", "changes": True})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked, _SNAPSHOT_SECONDS)

    def retire(self) -> None:
        """Hear no more of it; what it counted stays counted."""
        self._line.close()
        self._total.end(self)

    def answer(self, accept: str, body: str, media_type: str) -> None:
        """Give it the account that it asked for in this form."""
        for start in range(0, len(body), _PART_CHARACTERS):
            self._line.send({"kind": "account_part", "text": body[start : start + _PART_CHARACTERS]})
        self._line.send({"kind": "account", "accept": accept, "media_type": media_type})

    def _hear(self, message: Message) -> None:
        kind = message.get("kind")
        self.unanswered = 0
        if kind == "ready":
            self._take_words(message)
            self.is_ready.set()
            if self._is_hung_up:
                self.hang_up()
        elif kind == "counted":
            self._take_count(message)
        elif kind in ("question", "reload"):
            self._on_wish(self, message)

    def _take_words(self, message: Message) -> None:
        with contextlib.suppress(msgspec.ValidationError):
            self.said = msgspec.convert(message.get("said", []), list[Announcement])
        self.to_paste = str(message.get("to_paste", ""))

    def _take_count(self, message: Message) -> None:
        with contextlib.suppress(msgspec.ValidationError):
            self._total.tell(self, read_snapshot(message.get("families")))
            self._total.withdraw(self, read_gone(message.get("gone", {})))
        if message.get("place") == "last":
            asked, self._asked = self._asked, []
            for one in asked:
                if not one.done():
                    one.set_result(None)

    def _line_ended(self) -> None:
        self._line_is_over.set()
        for one in self._asked:
            one.cancel()
