"""Builders of what is sent to an upstream."""

from typing import Any

from gateway.upstreams.target import Origin, Patience, Upstream
from gateway.upstreams.transport import UpstreamCall, UpstreamReply
from gateway.vocabulary.residency import Residency

JSON = ((b"content-type", b"application/json"),)


def an_upstream(port: int, *, host: str = "127.0.0.1", scheme: str = "http", **settings: Any) -> Upstream:
    """Return an upstream on this machine; `patience` may be given as a dict."""
    patience = settings.pop("patience", {})
    return Upstream(
        name="test",
        kind="openai",
        origin=Origin(scheme, host, port),
        base_path="",
        residency=Residency.ON_PREMISES,
        patience=Patience(**patience),
        **settings,
    )


def a_call(
    upstream: Upstream,
    body: bytes = b"{}",
    *,
    target: str = "/chat",
    method: str = "POST",
    headers: tuple[tuple[bytes, bytes], ...] = JSON,
) -> UpstreamCall:
    """Return a call of this upstream."""
    return UpstreamCall(upstream, method, target, headers, body, upstream.patience)


async def read_all(reply: UpstreamReply) -> bytes:
    """Return the rest of the body."""
    pieces = []
    while piece := await reply.read():
        pieces.append(piece)
    return b"".join(pieces)
