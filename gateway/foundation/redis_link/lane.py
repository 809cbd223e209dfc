"""
One connection to Redis that many commands share.

- Commands of one turn of the event loop leave in one write.
- Redis answers in order, so replies are matched to commands by counting.
- Each write has one deadline. When it passes, the lane is poisoned: the order
  of replies can be trusted no longer than the connection, so it is cut and
  everything that was under way is handed back as lost.
- A lane never reconnects; its keeper puts another one in its place.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis

from gateway.foundation.alarm import Alarm
from gateway.foundation.redis_link.call import Call, Word

# Our own loop may be late: what lies in the socket is read before Redis is blamed.
_GRACE_SECONDS = 0.02
_NOTHING = object()

Lost = Callable[["Lane", Sequence[Call], Sequence[Call]], None]
Pack = Callable[[tuple[Word, ...]], bytes]
Complaint = Callable[["Lane", Call, str], None]


class Lane(asyncio.Protocol):
    """
    Write commands and match replies.

    `on_lost` gets what was sent without a reply, and what was not sent yet;
    `on_error` gets every reply that is an error.
    """

    def __init__(self, deadline_seconds: float, on_lost: Lost, on_error: Complaint) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline_seconds = deadline_seconds
        self._on_lost = on_lost
        self._on_error = on_error
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)
        self._alarm = Alarm(self._loop, self._ring)
        self._unsent: list[Call] = []
        self._sent: deque[Call] = deque()
        # Of each write: the number of its last command, and its deadline.
        self._writes: deque[tuple[int, float]] = deque()
        self._count_sent = 0
        self._count_answered = 0
        self._transport: asyncio.Transport | None = None
        self._is_full = False
        self._held: object = None
        self.pushes = 0

    @property
    def waiting(self) -> int:
        """How many commands wait for their reply or to be sent."""
        return len(self._sent) + len(self._unsent)

    def hold(self, connection: object) -> None:
        """Keep what the socket came with: let go of, it would close the socket."""
        self._held = connection

    def send(self, call: Call) -> None:
        """Send with the other commands of this turn."""
        if not self._unsent and not self._is_full:
            self._loop.call_soon(self._write)
        self._unsent.append(call)

    def close(self) -> None:
        """Cut the connection; what was under way is lost."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Hand out the replies that are whole."""
        reader, sent = self._reader, self._sent
        try:
            reader.feed(data)
            while (reply := reader.gets()) is not _NOTHING:
                if isinstance(reply, hiredis.PushNotification):
                    self.pushes += 1
                    continue
                self._count_answered += 1
                call = sent.popleft()
                if isinstance(reply, hiredis.ReplyError):
                    self._on_error(self, call, str(reply))
                else:
                    call.arrived(reply)
        except (hiredis.HiredisError, IndexError):
            # No Redis speaks so, or more often than it was asked.
            self.close()
            return
        self._move_deadline()

    def pause_writing(self) -> None:
        """Keep commands back while Redis reads too slowly."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Send what was kept back."""
        self._is_full = False
        self._write()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Hand everything back."""
        self._transport = self._held = None
        self._alarm.cancel()
        sent, unsent = list(self._sent), self._unsent
        self._sent.clear()
        self._unsent = []
        self._on_lost(self, sent, unsent)

    def _write(self) -> None:
        if self._transport is None or self._is_full or not self._unsent:
            return
        calls = [call for call in self._unsent if call.is_wanted]
        self._unsent = []
        if not calls:
            return
        pack: Pack = hiredis.pack_command  # type: ignore[assignment]
        self._transport.write(b"".join([pack(call.words) for call in calls]))
        self._sent.extend(calls)
        self._count_sent += len(calls)
        deadline = self._loop.time() + self._deadline_seconds
        self._writes.append((self._count_sent, deadline))
        if len(self._writes) == 1:
            self._alarm.set_at(deadline)

    def _move_deadline(self) -> None:
        writes = self._writes
        while writes and writes[0][0] <= self._count_answered:
            writes.popleft()
        if writes:
            self._alarm.set_at(writes[0][1])
        else:
            self._alarm.clear()

    def _ring(self) -> None:
        self._loop.call_later(_GRACE_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self._move_deadline()
        if self._writes and self._writes[0][1] <= self._loop.time():
            self.close()


def first_error(reply: Any) -> str | None:
    """Return the first error within a nested reply, where hiredis leaves errors as values."""
    if isinstance(reply, hiredis.ReplyError):
        return str(reply)
    if isinstance(reply, list):
        return next((error for item in reply if (error := first_error(item)) is not None), None)
    return None
