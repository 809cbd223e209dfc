"""
Messages between two processes of ours, over a pair of sockets.

Each is one JSON document behind its length (four bytes, big-endian). A peer
that sends more than anyone has to say, or no JSON, is cut off.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import orjson

_LENGTH = struct.Struct(">I")
_MOST_BYTES = 64 * 1024 * 1024

Message = dict[str, Any]


class MessageLine(asyncio.Protocol):
    """
    One end of the pair.

    `on_message` hears each message, `on_end` once that the other end is gone.
    """

    def __init__(self, on_message: Callable[[Message], None], on_end: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()

    async def open(self, end: socket.socket) -> None:
        """Speak over this end from now on."""
        end.setblocking(False)
        await asyncio.get_running_loop().create_connection(lambda: self, sock=end)

    def send(self, message: Message) -> None:
        """Send without waiting; after the end, nothing."""
        if self._transport is not None:
            data = orjson.dumps(message)
            self._transport.write(_LENGTH.pack(len(data)) + data)

    def close(self) -> None:
        """End the line once what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment] # of sockets, the event loop makes whole transports

    def data_received(self, data: bytes) -> None:
        """Hand out the messages that are whole."""
        received = self._received
        received += data
        while len(received) >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(received)
            if size > _MOST_BYTES:
                self._abort()
                return
            if len(received) < _LENGTH.size + size:
                return
            document = bytes(received[_LENGTH.size : _LENGTH.size + size])
            del received[: _LENGTH.size + size]
            if not self._tell(document):
                return

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Tell that the other end is gone."""
        self._transport = None
        self._on_end()

    def _tell(self, document: bytes) -> bool:
        try:
            message = orjson.loads(document)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            self._abort()
            return False
        self._on_message(message)
        return True

    def _abort(self) -> None:
        self._received.clear()
        if self._transport is not None:
            self._transport.abort()
