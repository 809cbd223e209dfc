"""
What carries bytes to an upstream and back.

Two implementations pass one contract suite (tests/contracts): `http1`, our
own client, and `httpx2`, for HTTP/2 and forward proxies.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from gateway.upstreams.target import Patience, Upstream


class UpstreamCall(msgspec.Struct, frozen=True):
    """
    One HTTP request to an upstream, ready to be written.

    `target` is path and query; `headers` hold neither Host, Content-Length
    nor any hop-by-hop field: the transport writes those. Values with CR, LF
    or NUL are refused with `ValueError`. `on_retry` is called when a
    connection was lost before any byte of an answer and the transport sends
    the call once more, `on_connected` when there is a connection, where a
    transport can tell. `trace` are further fields, which differ from call to
    call while `headers` mostly do not.
    """

    upstream: Upstream
    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    patience: Patience
    on_retry: Callable[[], None] | None = None
    trace: tuple[tuple[bytes, bytes], ...] = ()
    on_connected: Callable[[], None] | None = None


class ByteSink(Protocol):
    """One who is given the bytes of a body in the moment in which they come."""

    def take(self, data: bytes) -> bool:
        """Take these bytes; return False to be given nothing more before `ready` returned."""

    async def ready(self) -> bool:
        """Return when there is room for more; False if no more is wanted."""


class UpstreamReply(Protocol):
    """An upstream's answer: the head is here, the body comes as it is read."""

    @property
    def status(self) -> int:
        """The final status; 1xx are never shown."""

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """Header fields by lower-case name, hop-by-hop fields dropped."""

    async def read(self) -> bytes:
        """Return the next bytes of the body as they came, b"" at its proper end; raise `TransportError`."""

    async def pour(self, sink: "ByteSink") -> bool:
        """
        Hand the rest of the body to the sink as it comes; return whether it came to its proper end.

        It did not if the sink wanted no more. Raises `TransportError`, and
        what the sink raised.
        """

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else cut it; never waits."""


class Transport(Protocol):
    """One pool of connections for each origin."""

    async def send(self, call: UpstreamCall) -> UpstreamReply:
        """
        Send a call and return when the head of the answer is here.

        Raises `TransportError`. Cancelling it, at any point, leaves no
        connection in the pool that is not clean.
        """

    def certificate_expiries(self) -> Mapping[str, float]:
        """Return when the certificates expire that upstreams showed last, in Unix time by their names."""

    async def close(self) -> None:
        """Cut what is idle and what is running."""


class TransportError(Exception):
    """
    A call that got no whole answer.

    `code` is stable. `answered` is true once any byte of an answer came: such
    a call may have had an effect and is never silently repeated. `connected`
    is false where the upstream could not be connected to.
    """

    code = "upstream_unreachable"
    connected = True

    def __init__(self, message: str, *, answered: bool = False) -> None:
        super().__init__(message)
        self.answered = answered


class ConnectFailed(TransportError):
    """Name resolution, TCP or TLS did not succeed."""

    code = "upstream_unreachable"
    connected = False


class PoolExhausted(TransportError):
    """All connections are taken, and the queue is full or waiting took too long."""

    code = "upstream_busy"


class TransportTimedOut(TransportError):
    """A deadline passed; `phase` is connect, head, stall or total."""

    code = "upstream_timeout"

    def __init__(self, message: str, *, phase: str, answered: bool = False) -> None:
        super().__init__(message, answered=answered)
        self.phase = phase
        self.connected = phase != "connect"


class TransportBroke(TransportError):
    """The connection ended before the answer did."""

    code = "upstream_broke"


class InvalidAnswer(TransportError):
    """The upstream broke the rules of HTTP or a bound on header or body size."""

    code = "upstream_invalid"


class CompressedAnswer(InvalidAnswer):
    """The upstream compressed its answer, though identity was asked for."""
