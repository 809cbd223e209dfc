"""What our connection offers an endpoint beyond ASGI."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from gateway.edge.caller_reply import CallerReply
from gateway.edge.request_body import BodyIncomplete, RequestBody

EXTENSION = "deepseek_gateway"
"""The name in `scope["extensions"]`."""


class DoorExtension:
    """
    One exchange at the door: its reply, its body, its header fields, and word of a caller who leaves.

    The exchange runs until its reply has ended, was cut, or the caller left.
    """

    __slots__ = ("__weakref__", "_callbacks", "_watchers", "body", "headers", "is_gone", "is_over", "reply")

    def __init__(self, reply: CallerReply, body: RequestBody, headers: Mapping[bytes, bytes]) -> None:
        self.reply = reply
        self.body = body
        self.headers = headers
        self.is_gone = False
        self.is_over = False
        self._callbacks: list[Callable[[], object]] = []
        self._watchers: list[asyncio.Future[None]] = []

    def on_gone(self, callback: Callable[[], object]) -> None:
        """
        Call back once, synchronously, when the caller leaves while the exchange runs; now if it has.

        Leaving is the end of the caller's side (a half-close too), a reset,
        or not reading for too long. After a proper end nothing is called.
        """
        if self.is_gone:
            callback()
        elif not self.is_over:
            self._callbacks.append(callback)

    async def wait_until_over(self) -> None:
        """Return when the exchange is over, either way."""
        if not self.is_over:
            watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._watchers.append(watcher)
            try:
                await watcher
            finally:
                self._watchers.remove(watcher)

    def close(self) -> None:
        """Take note that the answer is complete or cut; called by the connection."""
        self.is_over = True
        self._callbacks.clear()
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    def leave(self) -> None:
        """Take note that the caller left; called by the connection."""
        self.is_gone = True
        callbacks, self._callbacks = self._callbacks, []
        self.reply.leave()
        self.body.fail(BodyIncomplete("The request body was cut short; send it again."))
        self.close()
        for callback in callbacks:
            callback()


def find_door(scope: Mapping[str, Any]) -> DoorExtension | None:
    """Return the extension of this ASGI scope, or None under another server."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found if isinstance(found, DoorExtension) else None
