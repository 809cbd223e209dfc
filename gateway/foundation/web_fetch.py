"""One small document from the web, whole or not at all."""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.foundation.web_client import (
    WebClient,
    WebConnectTimedOut,
    WebInvalid,
    WebRequest,
    WebUnreachable,
)

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a fetch may take."""

    connect_seconds: float = 3.0
    total_seconds: float = 5.0
    most_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer."""

    status: int
    body: bytes


async def fetch(client: WebClient, request: WebRequest, bounds: Bounds) -> Fetched:
    """Return the answer to a request; raise `WebFailure` when it is late, too large or not whole."""
    try:
        async with (
            asyncio.timeout(bounds.total_seconds),
            client.stream(request, bounds.connect_seconds) as answer,
        ):
            body = bytearray()
            async for piece in answer.pieces:
                body += piece
                if len(body) > bounds.most_bytes:
                    raise WebInvalid(f"the answer is larger than {bounds.most_bytes} bytes")
            return Fetched(answer.status, bytes(body))
    except TimeoutError as error:
        raise WebConnectTimedOut("the answer took too long") from error


def request_to(
    method: str, url: str, headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes = b""
) -> WebRequest:
    """Return a request to a URL of ours or of policy; raise `WebFailure` if it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebUnreachable("this is no URL") from error
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise WebUnreachable("this is no http or https URL")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or not target.isprintable() or " " in target:
        raise WebUnreachable("this is no http or https URL")
    own = ((b"user-agent", b"deepseek-gateway"), *headers)
    return WebRequest(method, parts.scheme, host, port or _PORTS[parts.scheme], target, own, body)


def place_of(url: str) -> str:
    """
    Return where a URL leads, for the eyes of an operator.

    Without its query and its user: there keys and passwords stand, and what is
    told is written down.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "what is no URL"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
