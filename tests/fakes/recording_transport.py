"""A transport without a socket that records what is done to it."""

import asyncio
from typing import Any


class RecordingTransport(asyncio.Transport):
    """`written` is what was sent, `done` what else was asked for; `unsent` is set by the test."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(extra)
        self.written: list[bytes] = []
        self.done: list[str] = []
        self.unsent = 0
        self.may_half_close = True

    def write(self, data: Any) -> None:
        """Record a write."""
        self.written.append(bytes(data))

    def write_eof(self) -> None:
        """Record a half-close."""
        self.done.append("write_eof")

    def can_write_eof(self) -> bool:
        """Return what the test said."""
        return self.may_half_close

    def close(self) -> None:
        """Record a close."""
        self.done.append("close")

    def abort(self) -> None:
        """Record an abort."""
        self.done.append("abort")

    def is_closing(self) -> bool:
        """Return whether it was closed."""
        return "close" in self.done or "abort" in self.done

    def pause_reading(self) -> None:
        """Record a pause."""
        self.done.append("pause_reading")

    def resume_reading(self) -> None:
        """Record its end."""
        self.done.append("resume_reading")

    def get_write_buffer_size(self) -> int:
        """Return what the test said."""
        return self.unsent

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Record the bound."""
        self.done.append(f"high={high}" if low is None else f"high={high} low={low}")
