"""
The one door of httpx2: of its core, below redirects, cookies and environment.

There are no default headers but Host and Content-Length: what is asked is
what is sent. The errors of the library end here, and those that may quote
what was sent or answered are not chained.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import h11
import httpcore2
from h2.events import StreamReset
from h2.exceptions import H2Error

from gateway.foundation.connect_trouble import trouble_of
from gateway.foundation.forward_proxy import parse_forward_proxy
from gateway.foundation.web_lines import Ear, LineDialler, listening

_PORTS = {"http": 80, "https": 443}
# The last two come out of a body over HTTP/2 as they are.
_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.ConnectionNotAvailable,
    H2Error,
)


class WebFailure(Exception):
    """A web call that got no whole answer."""


class WebUnreachable(WebFailure):
    """No connection came about: name, TCP, TLS or the forward proxy."""


class WebConnectTimedOut(WebFailure):
    """Connecting took too long."""


class WebBroke(WebFailure):
    """The connection ended before the answer did."""


class WebStale(WebBroke):
    """The server closed a connection that had been kept, and answered nothing."""


class WebInvalid(WebFailure):
    """The server does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """
    One request; `target` is path and query, sent as it stands.

    `on_connected` is told that there is a connection for it, through the proxy if there is one.
    """

    method: str
    scheme: str
    host: str
    port: int
    target: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""
    on_connected: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """
    The head of an answer, and its body as it comes.

    `certificate_ends` says when the certificate expires that the server
    showed, in Unix time, None without TLS; ask while the answer comes.
    """

    version: str
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    pieces: AsyncIterator[bytes]
    certificate_ends: Callable[[], float | None]


class WebClient:
    """Connections to web servers, over HTTP/2 or a forward proxy where asked."""

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        http2: bool = False,
        forward_proxy: str | None = None,
        connections: int = 16,
        idle_seconds: float = 15.0,
    ) -> None:
        self._is_proxied = forward_proxy is not None
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=None if forward_proxy is None else _foreign_proxy(forward_proxy, context),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=idle_seconds,
            http2=http2,
            network_backend=LineDialler(),
        )

    @asynccontextmanager
    async def stream(self, request: WebRequest, connect_seconds: float) -> AsyncIterator[WebAnswer]:
        """
        Send a request and lend its answer; leaving early cuts it off. Raises `WebFailure`.

        Within `connect_seconds` there is a connection: name, TCP and TLS, to
        the proxy too, and the proxy's word.
        """
        dialling = _Dialling(request, connect_seconds)
        with _translated(dialling):
            response = await self._ask(request, dialling)
        try:
            version: bytes = response.extensions["http_version"]
            yield WebAnswer(
                version.removeprefix(b"HTTP/").decode("ascii"),
                response.status,
                response.headers,
                _pieces(response, dialling),
                lambda: _certificate_ends(response),
            )
        finally:
            with _translated(dialling):
                await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def _ask(self, request: WebRequest, dialling: "_Dialling") -> httpcore2.Response:
        listening.set(dialling.ear)
        try:
            async with asyncio.timeout(dialling.connect_seconds) as dialling.limit:
                response = await self._pool.handle_async_request(
                    _foreign(request, dialling, is_proxied=self._is_proxied)
                )
        except TimeoutError as error:
            raise WebConnectTimedOut("connecting took too long") from error
        finally:
            listening.set(None)
        dialling.is_answered = True
        return response


class _Dialling:
    """How far a request has come."""

    def __init__(self, request: WebRequest, connect_seconds: float) -> None:
        self.connect_seconds = connect_seconds
        self.is_connected = False
        self.is_answered = False
        self.is_fresh = False
        self.ear = Ear()
        self.limit: asyncio.Timeout | None = None
        self._on_connected = request.on_connected

    async def trace(self, step: str, info: Mapping[str, Any]) -> None:
        """Follow the library's steps; it needs a connection for one, and first asks a proxy for it."""
        if step == "connection.connect_tcp.started":
            # Perhaps once more, where a kept connection was of no use.
            self.is_fresh, self.is_connected = True, False
            self._allow(self.connect_seconds)
        if not step.endswith(".send_request_headers.started") or info["request"].method == b"CONNECT":
            return
        self.is_connected = True
        self._allow(None)
        if self._on_connected is not None:
            self._on_connected()

    def _allow(self, seconds: float | None) -> None:
        if self.limit is not None and not self.limit.expired():
            now = asyncio.get_running_loop().time()
            self.limit.reschedule(None if seconds is None else now + seconds)


def _foreign(request: WebRequest, dialling: _Dialling, *, is_proxied: bool) -> httpcore2.Request:
    host = f"[{request.host}]" if ":" in request.host else request.host
    port = None if request.port == _PORTS[request.scheme] else request.port
    headers = list(request.headers)
    said = {name.lower() for name, _ in headers}
    if b"host" not in said:
        headers.insert(0, (b"host", (host if port is None else f"{host}:{port}").encode("ascii")))
    if request.body and b"content-length" not in said:
        headers.append((b"content-length", b"%d" % len(request.body)))
    extensions: dict[str, Any] = {"trace": dialling.trace}
    if is_proxied and host != request.host:
        # To a proxy the library writes its host as it is, and asks the certificate for it, too.
        extensions["sni_hostname"] = request.host
    return httpcore2.Request(
        request.method,
        httpcore2.URL(
            scheme=request.scheme,
            host=host if is_proxied else request.host,
            port=port,
            target=request.target,
        ),
        headers=headers,
        content=request.body,
        extensions=extensions,
    )


def _foreign_proxy(text: str, context: ssl.SSLContext) -> httpcore2.Proxy:
    proxy = parse_forward_proxy(text)
    shown = [] if proxy.authorization is None else [(b"Proxy-Authorization", proxy.authorization)]
    return httpcore2.Proxy(
        httpcore2.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port, target="/"),
        headers=shown,
        ssl_context=context if proxy.scheme == "https" else None,
    )


def _certificate_ends(response: httpcore2.Response) -> float | None:
    stream = response.extensions.get("network_stream")
    secured: ssl.SSLObject | None = stream.get_extra_info("ssl_object") if stream is not None else None
    shown: Any = secured.getpeercert() if secured is not None else None
    return ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None


async def _pieces(response: httpcore2.Response, dialling: _Dialling) -> AsyncIterator[bytes]:
    with _translated(dialling):
        async for piece in cast("AsyncIterable[bytes]", response.stream):
            yield piece
        if not _is_all(response):
            await response.extensions["network_stream"].aclose()


def _is_all(response: httpcore2.Response) -> bool:
    """
    Return whether nothing came behind an answer.

    Over HTTP/1.1 httpcore2 takes what did for the answer to the next request,
    which may be somebody else's (seen in 2.16), and shows it to nobody; where
    it cannot be looked for, the connection serves no other.
    """
    if response.extensions["http_version"] == b"HTTP/2":
        return True
    carrier = getattr(getattr(response.stream, "_stream", None), "_connection", None)
    state = getattr(carrier, "_h11_state", None)
    return isinstance(state, h11.Connection) and not state.trailing_data[0]


@contextmanager
def _translated(dialling: _Dialling) -> Iterator[None]:
    try:
        yield
    except httpcore2.ConnectTimeout as error:
        raise WebConnectTimedOut("connecting took too long") from error
    except httpcore2.ConnectError as error:
        raise WebUnreachable(trouble_of(next(iter(error.args), error))) from error
    except httpcore2.ProxyError as error:
        # It begins with the status; what follows is the proxy's own word.
        raise WebUnreachable(f"the forward proxy refuses ({str(error)[:3]})") from error
    except _FAILURES as error:
        raise _meant(error, dialling) from None


def _meant(error: Exception, dialling: _Dialling) -> WebFailure:
    if not dialling.is_connected:
        return WebUnreachable("the connection ended before it was of use")
    if dialling.is_answered:
        return WebBroke("the connection ended before the answer did")
    # The parser's own exception is the argument of the one in the middle;
    # where the server was merely gone, that argument is a text. In a body a
    # cut raises the parser's too, so it is only asked before the head.
    said = next(iter(error.args), None)
    if isinstance(error, H2Error) or (
        isinstance(error, httpcore2.ProtocolError) and isinstance(said, Exception)
    ):
        return WebInvalid("the answer is not HTTP")
    if dialling.is_fresh or dialling.ear.has_heard or isinstance(said, StreamReset):
        return WebBroke("the connection ended before the answer did")
    return WebStale("the connection had been kept, and was closed")
