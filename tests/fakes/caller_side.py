"""Callers as an endpoint and the way back see them."""

import asyncio
from collections.abc import Callable, Mapping

from gateway.vocabulary.refusal import Refusal


class RecordingReply:
    """A reply that keeps what a caller would see."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: dict[bytes, bytes] = {}
        self.writes: list[bytes] = []
        self.is_ended = False
        self.is_aborted = False
        self.is_gone = False
        self.wants_to_read = asyncio.Event()
        self.wants_to_read.set()

    @property
    def body(self) -> bytes:
        """All that was sent so far."""
        return b"".join(self.writes)

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Fix the head."""
        assert self.status is None, "a reply begins once"
        self.status, self.headers = status, dict(headers)

    async def write(self, data: bytes) -> None:
        """Take one piece, if the caller is there; wait while it does not read."""
        if self.is_gone:
            raise ConnectionError("the caller left")
        self._check_open()
        self.writes.append(data)
        await self.wants_to_read.wait()
        if self.is_gone:
            raise ConnectionError("the caller left")

    def send_now(self, data: bytes) -> bool:
        """Take one piece, if the caller is there and reads."""
        if self.is_gone or not self.wants_to_read.is_set():
            return False
        self._check_open()
        self.writes.append(data)
        return True

    def end(self, data: bytes = b"") -> None:
        """Take the last piece."""
        if self.is_gone:
            return
        self._check_open()
        self.is_ended = True
        if data:
            self.writes.append(data)

    def abort(self) -> None:
        """Take note of a cut."""
        self.is_aborted = True

    def leave(self) -> None:
        """Let the caller go: every write fails from now on."""
        self.is_gone = True
        self.wants_to_read.set()

    def _check_open(self) -> None:
        assert self.status is not None, "nothing is sent before the head"
        assert not self.is_ended, "nothing is sent after the end"
        assert not self.is_aborted, "nothing is sent after the cut"


class ScriptedBody:
    """A body that is here, never comes, or is refused."""

    def __init__(self, content: bytes | Refusal | None) -> None:
        self.limit_bytes: int | None = None
        self._content = content

    async def read(self, limit_bytes: int) -> bytes:
        """Return the content."""
        self.limit_bytes = limit_bytes
        if self._content is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(self._content, Refusal):
            raise self._content
        return self._content or b""


class ScriptedDoorway:
    """A doorway whose caller leaves when the test says so."""

    def __init__(self, content: bytes | Refusal | None = b"") -> None:
        self.reply = RecordingReply()
        self.body = ScriptedBody(content)
        self.headers: Mapping[bytes, bytes] = {}
        self._callback: Callable[[], None] | None = None
        self._is_gone = False

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Remember whom to tell."""
        if self._is_gone:
            callback()
        self._callback = callback

    def leave(self) -> None:
        """Let the caller go and tell the endpoint, as the connection does."""
        self._is_gone = True
        self.reply.leave()
        if self._callback is not None:
            self._callback()
