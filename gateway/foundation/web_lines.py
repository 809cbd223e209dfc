"""
The lines that the web client talks over.

They are httpcore2's own, but for two things that it does not do (seen in
2.16): a line whose TLS handshake is given up is closed, and a polite goodbye
of an HTTP/2 server does not break the answer under way.
"""

import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore2

from gateway.foundation.goodbyes import Goodbyes
from gateway.foundation.lookups import addresses_of


class Ear:
    """Whether bytes came while a request was under way; knows no more, for connections keep their context."""

    def __init__(self) -> None:
        self.has_heard = False


# The ear of the request that is under way in this task.
listening: ContextVar[Ear | None] = ContextVar("listening", default=None)


class LineDialler(httpcore2.AnyIOBackend):
    """Connect as httpcore2 does, and hand out our lines."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> "Line":
        """Return a line to the first address that answers."""
        try:
            # The library looks it up again; by then it is known that this does not take long.
            await addresses_of(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(error) from error
        stream = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return Line(stream)


class Line(httpcore2.AsyncNetworkStream):
    """One connection to a server or a proxy."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, goodbyes: Goodbyes | None = None) -> None:
        self._stream = stream
        self._goodbyes = goodbyes

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came, b"" at the end."""
        goodbyes = self._goodbyes
        if goodbyes is None:
            return await self._hear(max_bytes, timeout)
        while not goodbyes.is_due:
            data = await self._hear(max_bytes, timeout)
            if not data:
                break
            if passed := goodbyes.feed(data):
                return passed
        return goodbyes.told()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send these bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """End the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "Line":
        """Return the secured line; whoever leaves in the middle leaves nothing open."""
        try:
            secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._stream.aclose()
            raise
        spoken: ssl.SSLObject | None = secured.get_extra_info("ssl_object")
        speaks_http_2 = spoken is not None and spoken.selected_alpn_protocol() == "h2"
        return Line(secured, Goodbyes() if speaks_http_2 else None)

    def get_extra_info(self, info: str) -> Any:
        """Return what the library knows of the connection."""
        return self._stream.get_extra_info(info)

    async def _hear(self, max_bytes: int, timeout: float | None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        if data and (ear := listening.get()) is not None:
            ear.has_heard = True
        return data
