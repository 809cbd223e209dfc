"""Lines written to a file or a stream, off the event loop."""

import asyncio
import errno
import os
import select
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gateway.foundation.instant_write import write_now

_BACKLOG_BYTES = 16 * 1024 * 1024
_FLUSH_SECONDS = 0.2
_PATIENCE_SECONDS = 5.0


class LineWriter:
    """
    Take lines at once, write them in batches from a thread.

    Synchronous `append` keeps endings free of waiting. The backlog is bounded:
    when the device does not keep up or fails, the newest lines are dropped
    and counted in `lost`, and `on_loss` hears why, once per failing batch. A
    stream that nobody reads (a stuck log collector) fails after
    `patience_seconds`, so that it cannot hold a stop. `is_watched` says whether it
    goes to somebody's terminal.
    """

    def __init__(
        self,
        target: Path | int,
        on_loss: Callable[[str], None],
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._target = target
        self.is_watched = isinstance(target, int) and os.isatty(target)
        self._patience_seconds = patience_seconds
        self._on_loss = on_loss
        self._lines: list[bytes] = []
        self._queued_bytes = 0
        self._batch_bytes = 0
        self._writing = threading.Lock()
        self.lost = 0

    def append(self, line: bytes) -> None:
        """Queue one line, which ends with a newline; never waits."""
        if self._queued_bytes + self._batch_bytes > _BACKLOG_BYTES:
            self.lost += 1
            return
        self._lines.append(line)
        self._queued_bytes += len(line)

    async def run(self) -> None:
        """Write what is queued, five times a second, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            if self._lines:
                # Taken here, not in the thread, so that no line falls between two lists.
                await loop.run_in_executor(None, self._write_batch, self._take())

    def flush(self) -> None:
        """Write what is queued now, after the batch that is being written; called once at the end."""
        self._write_batch(self._take())

    def _take(self) -> list[bytes]:
        lines, self._lines = self._lines, []
        self._batch_bytes, self._queued_bytes = self._queued_bytes, 0
        return lines

    def _write_batch(self, lines: list[bytes]) -> None:
        if not lines:
            return
        with self._writing:
            try:
                self._write(b"".join(lines))
            except OSError as error:
                self.lost += len(lines)
                self._on_loss(f"{len(lines)} lines could not be written: {error.strerror}")
            finally:
                self._batch_bytes = 0

    def _write(self, batch: bytes) -> None:
        if isinstance(self._target, int):
            if stat.S_ISREG(os.fstat(self._target).st_mode):
                # A file takes everything at once; only a pipe or a terminal may have no reader.
                _write_all(self._target, batch)
            else:
                _write_patiently(self._target, batch, self._patience_seconds)
            return
        # Opened for every batch, so that a rotated or deleted file is no trap.
        descriptor = os.open(self._target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _write_all(descriptor, batch)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, batch: bytes) -> None:
    view = memoryview(batch)
    while view:
        view = view[os.write(descriptor, view) :]


def _write_patiently(descriptor: int, batch: bytes, patience_seconds: float) -> None:
    """
    Write to a stream that may have no reader: what there is room for never blocks.

    Whole lines as far as one write takes them: several workers share a pipe,
    and only what is written at once stays together. Another may take the room
    that `poll` saw; then it is waited for again.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    deadline = time.monotonic() + patience_seconds
    view = memoryview(batch)
    while view:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError(errno.ETIMEDOUT, "nobody reads it")
        whole = bytes(view[: select.PIPE_BUF]).rfind(b"\n") + 1
        with suppress(BlockingIOError):
            view = view[write_now(descriptor, bytes(view[: whole or select.PIPE_BUF])) :]
