"""The ASGI scope of one request."""

from typing import Any

import msgspec

from gateway.edge.door_extension import EXTENSION, DoorExtension
from gateway.edge.request_head import RequestHead

_ASGI = {"version": "3.0", "spec_version": "2.4"}


class Peers(msgspec.Struct, frozen=True, gc=False):
    """The two ends of a connection, as ASGI names them; None where a socket has no address."""

    scheme: str
    server: tuple[str, int] | None
    client: tuple[str, int] | None


def name_end(address: object) -> tuple[str, int] | None:
    """Return host and port of a socket address, or None where it has none (a Unix socket)."""
    if isinstance(address, tuple) and len(address) >= 2:
        return str(address[0]), int(address[1])
    return None


def build_scope(
    head: RequestHead, exchange: DoorExtension, *, peers: Peers, root_path: str, state: dict[str, Any]
) -> dict[str, Any]:
    """Return the scope an ASGI app is called with; a shared part is only ever the `asgi` entry."""
    return {
        "type": "http",
        "asgi": _ASGI,
        "http_version": "1.0" if head.is_http_1_0 else "1.1",
        "server": peers.server,
        "client": peers.client,
        "scheme": peers.scheme,
        "root_path": root_path,
        "method": head.method,
        "path": root_path + head.path if root_path else head.path,
        "raw_path": head.raw_path,
        "query_string": head.query,
        # An app may change its scope; the head is remembered.
        "headers": head.fields.copy(),
        "state": state.copy(),
        "extensions": {EXTENSION: exchange},
    }
