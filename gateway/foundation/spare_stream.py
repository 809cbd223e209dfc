"""A stream for few and short lines, which never waits for its reader."""

import os
import select

from gateway.foundation.instant_write import write_now

# Without the line break.
LONGEST_LINE = select.PIPE_BUF - 1


class SpareStream:
    """
    Write lines to a descriptor as far as it has room now.

    A line that finds no room is dropped and counted in `lost`: whoever writes
    here is the event loop, and a log collector that hangs may not hold it. A
    line longer than a pipe takes at once is cut.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._line = ""
        self.lost = 0

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return os.isatty(self._descriptor)

    def write(self, text: str) -> int:
        """Take a part of a line; it leaves with `flush`."""
        self._line += text
        return len(text)

    def flush(self) -> None:
        """Write what was taken, in one write that cannot block, or drop it."""
        data, self._line = self._line.encode("utf-8", "backslashreplace"), ""
        if len(data) > select.PIPE_BUF:
            data = data[:LONGEST_LINE] + b"\n"
        try:
            # Where it has room, a pipe takes PIPE_BUF bytes whole.
            if data and self._poll.poll(0):
                write_now(self._descriptor, data)
                return
        except OSError:
            pass
        self.lost += bool(data)
