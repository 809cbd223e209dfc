"""The head of a request as it came through the door."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Arrival(msgspec.Struct, frozen=True):
    """
    The head of one HTTP request, before its body is read.

    `headers` maps lower-case names to values; of a repeated field the last
    value counts, unless it is a list, and a repeated credential never comes
    this far.
    `received_at` is monotonic seconds.
    """

    request_id: str
    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    peer: str
    received_at: float


class Body(Protocol):
    """The body of a request, still at the door."""

    async def read(self, limit_bytes: int) -> bytes:
        """Return the whole body, or raise a `Refusal` if it is larger, too slow or cut short."""


class Reply(Protocol):
    """
    What may be done to the caller's side of an exchange.

    `begin` sends nothing by itself: the head leaves with the first write.
    A reply without a `content-length` header is chunked.
    """

    def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Fix the status and the header fields; called once."""

    async def write(self, data: bytes) -> None:
        """Send at once; wait only while the caller reads too slowly."""

    def send_now(self, data: bytes) -> bool:
        """Send if that takes no waiting, else return False and do nothing: `write` then tells why."""

    def end(self, data: bytes = b"") -> None:
        """Send the rest and end the body properly; never waits."""

    def abort(self) -> None:
        """Cut the connection so that the caller cannot take the body for complete."""
