"""
A model server that costs next to nothing: canned bytes, no JSON is parsed.

`POST` anything is answered at once, or as a stream with `spacing` between its
events; `GET` anything tells what was counted. It cuts nothing short and never
fails, so whatever goes wrong in a run went wrong elsewhere.
"""

import argparse
import asyncio
import json
from typing import Any

import uvloop

from benchmarks.canned import ANSWER, DONE, EVENTS
from benchmarks.serving import serve_on

_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _whole(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


_ANSWER = _whole(ANSWER)
_PIECES = (
    _STREAM_HEAD + _chunk(EVENTS[0]),
    *[_chunk(event) for event in EVENTS[1:-1]],
    _chunk(EVENTS[-1]) + _chunk(DONE) + b"0\r\n\r\n",
)


class Counts:
    """What this server did; `peak` is the most streams that ever ran at once."""

    def __init__(self) -> None:
        self.requests = 0
        self.streams = 0
        self.live = 0
        self.peak = 0
        self.cut = 0

    def begin_stream(self) -> None:
        """Count a stream in."""
        self.streams += 1
        self.live += 1
        self.peak = max(self.peak, self.live)

    def end_stream(self, *, cut: bool) -> None:
        """Count a stream out."""
        self.live -= 1
        self.cut += cut

    def render(self) -> bytes:
        """Return the counts as JSON, and begin a new peak."""
        report = json.dumps(vars(self)).encode()
        self.peak = self.live
        return report


class MockConnection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, counts: Counts, spacing_seconds: float) -> None:
        self._counts = counts
        self._spacing_seconds = spacing_seconds
        self._loop = asyncio.get_running_loop()
        self._transport: Any
        self._request = b""
        self._next = 0
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once a request is whole."""
        request = self._request + data if self._request else data
        head, separator, body = request.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            self._request = request
            return
        self._request = b""
        if request.startswith(b"GET"):
            self._transport.write(_whole(self._counts.render()))
        elif b'"stream":true' in body or b'"stream": true' in body:
            self._begin_stream()
        else:
            self._counts.requests += 1
            self._transport.write(_ANSWER)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Stop streaming to a caller who left."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._counts.end_stream(cut=True)

    def _begin_stream(self) -> None:
        self._counts.requests += 1
        self._counts.begin_stream()
        self._next = 0
        self._began = self._loop.time()
        self._send_piece()

    def _send_piece(self) -> None:
        self._transport.write(_PIECES[self._next])
        self._next += 1
        if self._next < len(_PIECES):
            # Counted from the beginning: a late piece does not delay those after it.
            due = self._began + self._next * self._spacing_seconds
            self._timer = self._loop.call_at(due, self._send_piece)
        else:
            self._timer = None
            self._counts.end_stream(cut=False)


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"\r\ncontent-length:")
    return 0 if at < 0 else int(lowered[at + 17 :].partition(b"\r\n")[0])


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="benchmarks.mock_upstream", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--spacing-ms", type=float, default=5.0)
    arguments = parser.parse_args()
    counts = Counts()
    uvloop.run(
        serve_on(arguments.port, lambda: MockConnection(counts, arguments.spacing_ms / 1000)),
    )


if __name__ == "__main__":
    main()
