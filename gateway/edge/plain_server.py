"""A doorway over plain ASGI, for servers that are not ours."""

import asyncio
from collections.abc import Callable, Mapping

from starlette.types import Message, Receive, Scope, Send

from gateway.edge.named_fields import named_fields
from gateway.edge.request_body import BodyIncomplete, BodyTooLarge


class PlainReply:
    """A `Reply` over ASGI's `send`."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Message | None = None
        self._last = b""
        self._is_aborted = False
        self._is_ended = False

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Fix the head; it leaves with the first write."""
        self._head = {"type": "http.response.start", "status": status, "headers": headers}

    async def write(self, data: bytes) -> None:
        """Send one piece of the body."""
        await self._send_head()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    def send_now(self, data: bytes) -> bool:  # noqa: ARG002 - as `Reply` has it
        """Send nothing: ASGI cannot send without waiting."""
        return False

    def end(self, data: bytes = b"") -> None:
        """Keep the last piece; `flush` sends it, since ASGI cannot send without waiting."""
        self._last = data
        self._is_ended = True

    def abort(self) -> None:
        """Never end the body: the server then cuts the connection."""
        self._is_aborted = True

    async def flush(self) -> None:
        """Send what `end` kept; raise if the reply was aborted, which is how ASGI says cut."""
        if self._is_aborted:
            raise ConnectionAbortedError("the answer was cut on purpose")
        if self._is_ended:
            await self._send_head()
            await self._send({"type": "http.response.body", "body": self._last, "more_body": False})

    async def _send_head(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            await self._send(head)


class PlainDoorway:
    """A `Doorway` over `receive` and `send`: a task watches for the caller's leaving."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reply = PlainReply(send)
        self.body = self
        self.headers: Mapping[bytes, bytes] = named_fields(scope["headers"])
        self._receive = receive
        self._is_gone = False
        self._on_gone: Callable[[], None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call back when `http.disconnect` comes, which is looked for once the body was read."""
        self._on_gone = callback

    async def read(self, limit_bytes: int) -> bytes:
        """Return the whole body."""
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._leave()
                raise BodyIncomplete("The request body ended early. Send it whole.")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit_bytes:
                raise BodyTooLarge(f"The request body is over {limit_bytes} bytes. Send a smaller one.")
            if not message.get("more_body", False):
                break
        self._watcher = asyncio.get_running_loop().create_task(self._watch())
        return b"".join(pieces)

    async def close(self) -> None:
        """Stop watching and send what is left to a caller who is still there."""
        if self._watcher is not None:
            self._watcher.cancel()
        if not self._is_gone:
            await self.reply.flush()

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._leave()

    def _leave(self) -> None:
        self._is_gone = True
        if self._on_gone is not None:
            self._on_gone()
