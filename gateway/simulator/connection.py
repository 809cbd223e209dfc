"""One TCP connection of the simulator: requests in, answers out, one after another."""

import asyncio
import ipaddress
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

import httptools

from gateway.simulator.player import Player
from gateway.simulator.records import Records, SimulatedExchange
from gateway.simulator.step import Step

_MOST_BODY_BYTES = 48 * 1024 * 1024
_MOST_HEAD_BYTES = 256 * 1024
_MOST_WAITING = 64
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One request, whole."""

    connection: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    keep_alive: bool
    chunked: bool
    from_loopback: bool


class Desk(Protocol):
    """Who knows what to answer."""

    @property
    def records(self) -> Records:
        """Where exchanges are remembered."""

    def answer(self, received: Received) -> tuple[SimulatedExchange, Iterator[Step]]:
        """Return the record of this exchange and the steps of its answer."""

    def connected(self, connection: "Connection") -> int:
        """Take in a new connection and return its number."""

    def gone(self, connection: "Connection") -> None:
        """Let go of a connection."""


class Connection(asyncio.Protocol):
    """
    Read requests and perform their answers in order.

    Reading goes on while an answer runs: that is how a leaver is noticed. A
    half-closed connection counts as left.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._parser = httptools.HttpRequestParser(self)
        self._player: Player | None = None
        self._waiting: deque[Received] = deque()
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._head_bytes = self._body_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in the connection."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._from_loopback = bool(peer) and ipaddress.ip_address(peer[0]).is_loopback
        self._number = self._desk.connected(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came; what is no HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError:
            self._turn_away(500, "Internal Server Error")
            raise
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._turn_away(400, "Bad Request")

    def eof_received(self) -> bool:
        """Take a half-closed connection for one that was left."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the name is asyncio's
        """Notice that the caller is gone."""
        self._waiting.clear()
        if self._player is not None:
            self._player.leave()
        self._desk.gone(self)

    def pause_writing(self) -> None:
        """Hold the running answer back."""
        if self._player is not None:
            self._player.pause()

    def resume_writing(self) -> None:
        """Let the running answer go on."""
        if self._player is not None:
            self._player.resume()

    def abort(self) -> None:
        """Cut the connection now."""
        self._transport.abort()

    def on_message_begin(self) -> None:
        """Start a new request."""
        self._begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._url += url
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field; repeated ones are joined."""
        self._count_head(len(name) + len(value))
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """Let a careful caller send the body."""
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(_CONTINUE)

    def on_body(self, data: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(data)
        if self._body_bytes > _MOST_BODY_BYTES:
            self._turn_away(413, "Content Too Large")
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """Answer the request now, or when its turn comes."""
        if self._transport.is_closing():
            return
        received = Received(
            connection=self._number,
            method=self._parser.get_method().decode(),
            path=self._url.partition(b"?")[0].decode("latin-1"),
            headers=self._headers,
            body=b"".join(self._body),
            keep_alive=self._parser.should_keep_alive(),
            chunked=self._parser.get_http_version() == "1.1",
            from_loopback=self._from_loopback,
        )
        self._begin()
        if self._player is None and not self._waiting:
            self._answer(received)
        elif len(self._waiting) < _MOST_WAITING:
            self._waiting.append(received)
        else:
            self._turn_away(429, "Too Many Requests")

    def _answer(self, received: Received) -> None:
        exchange, steps = self._desk.answer(received)
        self._player = Player(
            self._transport, steps, exchange=exchange, records=self._desk.records, on_end=self._answered
        )
        self._player.play()

    def _answered(self) -> None:
        self._player = None
        if self._waiting and not self._transport.is_closing():
            # Not from within the ending of the one before: a long queue would be a deep stack.
            asyncio.get_running_loop().call_soon(self._answer_next)

    def _answer_next(self) -> None:
        if self._waiting and self._player is None and not self._transport.is_closing():
            self._answer(self._waiting.popleft())

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > _MOST_HEAD_BYTES:
            self._turn_away(431, "Request Header Fields Too Large")

    def _turn_away(self, status: int, phrase: str) -> None:
        if not self._transport.is_closing():
            head = f"HTTP/1.1 {status} {phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self._transport.write(head.encode())
            self._transport.close()
