"""What an endpoint gets of a connection: an arrival, its body, and a way to reply."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from gateway.edge.named_fields import named_fields
from gateway.vocabulary.arrival import Arrival, Body, Reply

_random_bits = random.SystemRandom().getrandbits
_ids = random.Random(_random_bits(256))  # noqa: S311 - ids are unique, not secret


class Doorway(Protocol):
    """The extension that our own connection offers beside ASGI."""

    @property
    def reply(self) -> Reply:
        """The caller's side of the exchange."""

    @property
    def body(self) -> Body:
        """The body, not read yet."""

    @property
    def headers(self) -> Mapping[bytes, bytes]:
        """The header fields by lower-case name, of a repeated one the last value."""

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call back once when the caller has left; at once if it already has."""


def new_request_id() -> str:
    """Return an id that no other request has."""
    return f"req_{_ids.getrandbits(128):032x}"


def arrival_of(
    scope: Mapping[str, Any], received_at: float, headers: Mapping[bytes, bytes] | None = None
) -> Arrival:
    """Return the head of a request from its ASGI scope, with these header fields if they are known."""
    client = scope.get("client")
    return Arrival(
        request_id=new_request_id(),
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"],
        headers=named_fields(scope["headers"]) if headers is None else headers,
        peer=client[0] if client else "",
        received_at=received_at,
    )
