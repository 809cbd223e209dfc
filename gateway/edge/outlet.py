"""The sending half of a caller's connection, and its end."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

from gateway.edge.door_limits import DoorLimits
from gateway.foundation.alarm import Alarm

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Outlet:
    """
    See to it that what is written to the caller is not kept for ever, and close in four ways.

    While more than the write buffer is unsent, the caller must take some of them within every
    `write_stall_seconds`; else `on_stall` is called, or, if the connection is
    already closing, it is dropped.
    """

    __slots__ = ("_alarm", "_is_closing", "_limits", "_on_stall", "_transport", "_unsent")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, limits: DoorLimits, on_stall: Callable[[], None]
    ) -> None:
        self._limits = limits
        self._on_stall = on_stall
        self._alarm = Alarm(loop, self._judge)
        self._transport: Any = None
        self._unsent = 0
        self._is_closing = False

    def open(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport to write to."""
        self._transport = transport
        self._transport.set_write_buffer_limits(high=self._limits.write_buffer_bytes)

    def watch(self) -> None:
        """From now on the caller must take some of what is unsent."""
        self._unsent = self._transport.get_write_buffer_size()
        if self._unsent:
            self._alarm.set(self._limits.write_stall_seconds)

    def unwatch(self) -> None:
        """Take note that the caller has read."""
        if not self._is_closing:
            self._alarm.clear()

    def half_close(self) -> bool:
        """Say that nothing follows, and let the caller go on sending; False where that cannot be."""
        if not self._transport.can_write_eof() or self._transport.is_closing():
            return False
        self._is_closing = True
        self._transport.write_eof()
        self.watch()
        return True

    def close(self) -> None:
        """Close after what was written."""
        self._is_closing = True
        self.watch()
        self._transport.close()

    def abort(self) -> None:
        """Close now; what was not sent is lost."""
        self._is_closing = True
        self._transport.abort()

    def reset(self) -> None:
        """Close now, with a reset, so that the close cannot be taken for the end of a body."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.abort()

    def shut(self) -> None:
        """Let go; the connection is lost, and nobody is told of a stall any more."""
        self._alarm.cancel()
        self._on_stall = self._transport.abort

    def _judge(self) -> None:
        unsent = self._transport.get_write_buffer_size()
        if unsent and unsent < self._unsent:
            self.watch()
        elif self._is_closing:
            self.abort()
        elif unsent:
            self._on_stall()
