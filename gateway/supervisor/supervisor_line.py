"""A worker's end of the line to its supervisor."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

from gateway.foundation.message_line import Message, MessageLine
from gateway.telemetry.announcements import Announcement
from gateway.telemetry.changes import Changes, Part
from gateway.telemetry.exposition import PAUSE_SECONDS
from gateway.telemetry.reading import Account
from gateway.telemetry.snapshots import write_snapshot
from gateway.vocabulary.refusal import Blame, Refusal

_PATIENCE_SECONDS = 3.0
# So many series are looked at in one turn of the event loop: requests go on in between.
_SERIES_AT_ONCE = 1000
_GONE = "The process that adds up the metrics of all workers does not answer. Ask again."


class SupervisorGone(Refusal):
    """The account of all workers cannot be had now."""

    status, code, blame = 503, "metrics_unavailable", Blame.GATEWAY


class SupervisorLine:
    """
    Tell the supervisor how this worker is, and ask it for the account of all.

    `count` is asked for what this worker has counted; `on_gone` hears that the
    supervisor is gone, which ends the worker too.
    """

    def __init__(self, count: Callable[[], Account], on_gone: Callable[[], None]) -> None:
        self._count = count
        self._on_gone = on_gone
        self._line = MessageLine(self._hear, self._end)
        self._asked: dict[str, list[asyncio.Future[tuple[bytes, str]]]] = {}
        self._account: list[str] = []
        self._changes = Changes()
        self._tells_changes = False
        self._telling: asyncio.Task[None] | None = None

    async def open(self, end: socket.socket) -> None:
        """Speak over this end from now on."""
        await self._line.open(end)

    def ready(self, said: Sequence[Announcement], to_paste: str) -> None:
        """Say that this worker serves, and what a start has to say to programs and people."""
        self._line.send({"kind": "ready", "said": [list(one) for one in said], "to_paste": to_paste})

    def reload_others(self) -> None:
        """Have the other workers read their policies again, as this one did."""
        self._line.send({"kind": "reload"})

    def tell_count(self) -> None:
        """Say what was counted so far for the last time, all at once."""
        if self._telling is not None:
            self._telling.cancel()
        for message in self._messages():
            self._line.send(message)

    async def close(self) -> None:
        """End the line once all that was said has left, or the supervisor reads no more."""
        is_over = asyncio.Event()
        self._on_gone = is_over.set
        self._line.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), _PATIENCE_SECONDS)

    async def account(self, accept: str) -> tuple[bytes, str]:
        """Return the metrics of all workers as text, and its media type; raise `SupervisorGone`."""
        asked: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(accept, []).append(asked)
        self._line.send({"kind": "question", "accept": accept})
        try:
            return await asyncio.wait_for(asked, _PATIENCE_SECONDS)
        except TimeoutError as error:
            raise SupervisorGone(_GONE) from error

    def _hear(self, message: Message) -> None:
        if message.get("kind") == "ask":
            self._line.send({"kind": "alive"})
        elif message.get("kind") == "count":
            # Whoever asks while it is told hears the end of it too.
            self._tells_changes = message.get("changes") is True
            if self._telling is None or self._telling.done():
                self._telling = asyncio.ensure_future(self._tell_count())
        elif message.get("kind") == "account_part":
            self._account.append(str(message.get("text", "")))
        elif message.get("kind") == "account":
            self._give(str(message.get("accept", "")), str(message.get("media_type", "")))

    def _give(self, accept: str, media_type: str) -> None:
        body, self._account = "".join(self._account).encode(), []
        for one in self._asked.pop(accept, []):
            if not one.done():
                one.set_result((body, media_type))

    async def _tell_count(self) -> None:
        for message in self._messages():
            self._line.send(message)
            # After the last one, whoever asks is told anew.
            if message["place"] != "last":
                await asyncio.sleep(PAUSE_SECONDS)

    def _messages(self) -> Iterator[Message]:
        if not self._tells_changes:
            # A supervisor of an older version wants to hear everything every time.
            self._changes = Changes()
        yield _counted(Part({}, {}), place="first")
        for part in self._changes.parts(self._count(), _SERIES_AT_ONCE):
            yield _counted(part)
        yield _counted(Part({}, {}), place="last")

    def _end(self) -> None:
        for one in chain.from_iterable(self._asked.values()):
            if not one.done():
                one.set_exception(SupervisorGone(_GONE))
        self._on_gone()


def _counted(part: Part, place: str = "") -> Message:
    return {"kind": "counted", "place": place, "families": write_snapshot(part.told), "gone": part.gone}
