"""
Server-sent events, sans-IO (https://html.spec.whatwg.org/multipage/server-sent-events.html).

An event is kept as the bytes it came in, with the blank line that ends it, so
that what needs no change can be forwarded untouched. Line ends of CRLF and CR
become LF; comments and bare blank lines are dropped, and so is a byte order mark.
"""

# Servers that cannot stream what they send (some calls of tools) send all of it in
# one event, and the longest answer of 393,216 tokens is well over a megabyte.
EVENT_BYTES = 4 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLarge(Exception):
    """An event is longer than the splitter may keep."""


class SseSplitter:
    """
    Cut a body into events, wherever its chunks were cut.

    An event longer than `limit_bytes` raises `EventTooLarge`; after that the
    splitter is of no more use.
    """

    __slots__ = ("_buffer", "_limit", "_saw_cr", "_searched")

    def __init__(self, limit_bytes: int = EVENT_BYTES) -> None:
        self._buffer = bytearray()
        self._limit = limit_bytes
        self._saw_cr = False
        self._searched = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept: the next bytes begin an event."""
        return not (self._buffer or self._saw_cr)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that these bytes complete."""
        if self._saw_cr or b"\r" in data:
            data = self._with_line_feeds(data)
        if (
            not self._buffer
            and data.endswith(b"}\n\n")
            and data.startswith(b"data:")
            and len(data) <= self._limit
        ):
            if data.count(b"\n") == 2:
                return [data]
            events = data.split(b"\n\n")
            if 2 * len(events) - 2 == data.count(b"\n") and _are_plain(events):
                return [event + b"\n\n" for event in events[:-1]]
        self._buffer += data
        return self._cut()

    def flush(self) -> bytes:
        """Return what is left at the end of the body: an event without its end, or nothing."""
        rest = _without_comments(_trimmed(self._buffer))
        self._buffer.clear()
        return rest

    def _with_line_feeds(self, data: bytes) -> bytes:
        if self._saw_cr and data:
            self._saw_cr = False
            # The second half of a CRLF whose first half ended the chunk before.
            data = data.removeprefix(b"\n")
        if data.endswith(b"\r"):
            self._saw_cr = True
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _cut(self) -> list[bytes]:
        buffer, events, start = self._buffer, [], 0
        while (end := buffer.find(b"\n\n", max(start, self._searched))) >= 0:
            event = _trimmed(buffer[start : end + 2])
            start = end + 2
            self._check_size(len(event))
            if event := _without_comments(event):
                events.append(event)
        del buffer[:start]
        while buffer.startswith(b"\n"):
            del buffer[:1]
        self._check_size(len(buffer))
        self._searched = max(len(buffer) - 1, 0)
        return events

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise EventTooLarge(f"an event of more than {self._limit} bytes")


def data_of(event: bytes) -> bytes:
    """Return the data of an event, the data of several lines joined by LF."""
    if event.startswith(b"data: ") and event.endswith(b"\n\n") and event.count(b"\n") == 2:
        return event[6:-2]
    lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines)


def _are_plain(events: list[bytes]) -> bool:
    return all(event.startswith(b"data:") for event in events[:-1])


def _trimmed(event: bytearray) -> bytes:
    return bytes(event).lstrip(b"\n").removeprefix(BYTE_ORDER_MARK).lstrip(b"\n")


def _without_comments(event: bytes) -> bytes:
    if not event.startswith(b":") and b"\n:" not in event:
        return event
    kept = [line for line in event.split(b"\n") if not line.startswith(b":")]
    return b"\n".join(kept).lstrip(b"\n")
