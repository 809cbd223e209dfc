"""A worker's end of the line to its supervisor."""

import asyncio
import socket
from collections.abc import Callable

from gateway.foundation.message_line import Message, MessageLine
from gateway.telemetry.snapshots import Snapshot, write_snapshot
from gateway.vocabulary.refusal import Blame, Refusal

_PATIENCE_SECONDS = 3.0
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

    def __init__(self, count: Callable[[], Snapshot], on_gone: Callable[[], None]) -> None:
        self._count = count
        self._on_gone = on_gone
        self._line = MessageLine(self._hear, self._end)
        self._asked: list[asyncio.Future[tuple[bytes, str]]] = []

    async def open(self, end: socket.socket) -> None:
        """Speak over this end from now on."""
        await self._line.open(end)

    def ready(self, welcome: str) -> None:
        """Say that this worker serves."""
        self._line.send({"kind": "ready", "welcome": welcome})

    def tell_count(self) -> None:
        """Say what was counted so far: asked, or for the last time."""
        self._line.send({"kind": "counted", "families": write_snapshot(self._count())})

    def close(self) -> None:
        """End the line."""
        self._on_gone = _nothing
        self._line.close()

    async def account(self, accept: str) -> tuple[bytes, str]:
        """Return the metrics of all workers as text, and its media type; raise `SupervisorGone`."""
        asked: asyncio.Future[tuple[bytes, str]] = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        self._line.send({"kind": "question", "accept": accept})
        try:
            return await asyncio.wait_for(asked, _PATIENCE_SECONDS)
        except TimeoutError as error:
            raise SupervisorGone(_GONE) from error

    def _hear(self, message: Message) -> None:
        if message.get("kind") == "count":
            self.tell_count()
        elif message.get("kind") == "account":
            found = str(message.get("body", "")).encode(), str(message.get("media_type", ""))
            asked, self._asked = self._asked, []
            for one in asked:
                if not one.done():
                    one.set_result(found)

    def _end(self) -> None:
        for one in self._asked:
            if not one.done():
                one.set_exception(SupervisorGone(_GONE))
        self._on_gone()


def _nothing() -> None:
    """Hear of the end that was meant."""
