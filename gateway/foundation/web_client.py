"""
The one door of httpx2.

Below the client there are no redirects, cookies, environment proxies or
default headers: what is asked is what is sent. The errors of the library end
here, and those that may quote what was sent or answered are not chained.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2


class WebFailure(Exception):
    """A web call that got no whole answer."""


class WebUnreachable(WebFailure):
    """No connection came about: name, TCP, TLS or the forward proxy."""


class WebConnectTimedOut(WebFailure):
    """Connecting took too long."""


class WebBroke(WebFailure):
    """The connection ended before the answer did."""


class WebInvalid(WebFailure):
    """The server does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """
    One request; `target` is path and query, sent as it stands.

    `on_connected` is told that there is a connection for it.
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
        proxy = None
        if forward_proxy is not None:
            secure = forward_proxy.startswith("https:")
            proxy = httpx2.Proxy(forward_proxy, ssl_context=context if secure else None)
        self._transport = httpx2.AsyncHTTPTransport(
            verify=context,
            http2=http2,
            proxy=proxy,
            trust_env=False,
            limits=httpx2.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=idle_seconds,
            ),
        )

    @asynccontextmanager
    async def stream(self, request: WebRequest, connect_seconds: float) -> AsyncIterator[WebAnswer]:
        """Send a request and lend its answer; leaving early cuts it off. Raises `WebFailure`."""
        with _translated(answered=False):
            response = await self._transport.handle_async_request(_foreign(request, connect_seconds))
        try:
            version = response.http_version.removeprefix("HTTP/")
            yield WebAnswer(
                version,
                response.status_code,
                response.headers.raw,
                _pieces(response),
                lambda: _certificate_ends(response),
            )
        finally:
            with _translated(answered=True):
                await response.aclose()

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


def _foreign(request: WebRequest, connect_seconds: float) -> httpx2.Request:
    timeout = {"connect": connect_seconds, "read": None, "write": None, "pool": None}
    extensions: dict[str, Any] = {"timeout": timeout, "target": request.target.encode("ascii")}
    if request.on_connected is not None:
        extensions["trace"] = _telling(request.on_connected)
    host = f"[{request.host}]" if ":" in request.host else request.host
    return httpx2.Request(
        request.method,
        f"{request.scheme}://{host}:{request.port}/",
        headers=list(request.headers),
        content=request.body,
        extensions=extensions,
    )


def _telling(on_connected: Callable[[], None]) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
    """Return who follows the library's steps, and knows the one for which it needs a connection."""

    async def trace(step: str, _info: Mapping[str, Any]) -> None:
        if step.endswith(".send_request_headers.started"):
            on_connected()

    return trace


def _certificate_ends(response: httpx2.Response) -> float | None:
    stream = response.extensions.get("network_stream")
    secured: ssl.SSLObject | None = stream.get_extra_info("ssl_object") if stream is not None else None
    shown: Any = secured.getpeercert() if secured is not None else None
    return ssl.cert_time_to_seconds(shown["notAfter"]) if shown else None


async def _pieces(response: httpx2.Response) -> AsyncIterator[bytes]:
    with _translated(answered=True):
        async for piece in response.aiter_raw():
            yield piece


@contextmanager
def _translated(*, answered: bool) -> Iterator[None]:
    try:
        yield
    except httpx2.ConnectTimeout as error:
        raise WebConnectTimedOut("connecting took too long") from error
    except (httpx2.ConnectError, httpx2.ProxyError, httpx2.UnsupportedProtocol) as error:
        raise WebUnreachable("no connection came about") from error
    except httpx2.RemoteProtocolError as error:
        if not answered and _is_about_grammar(error):
            raise WebInvalid("the answer is not HTTP") from None
        raise WebBroke("the connection ended before the answer did") from None
    except httpx2.TransportError:
        raise WebBroke("the connection ended before the answer did") from None


def _is_about_grammar(error: httpx2.RemoteProtocolError) -> bool:
    # The parser's own exception is the argument of the one in the middle;
    # where the server was merely gone, that argument is a text. In a body a
    # cut raises the parser's too, so it is only asked before the head.
    cause = error.__cause__
    return cause is not None and isinstance(cause.args[0], Exception)
