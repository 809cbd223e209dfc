"""
What a kind of upstream has to know, sans-IO.

One file per kind in `kinds/`; the caller always sees DeepSeek's shape, and
the upstream always gets what it accepts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gateway.upstreams.target import Target
from gateway.wire.frames import Frame
from gateway.wire.sealed_request import SealedRequest


class Truncated(Exception):
    """The upstream's body ended properly, but the answer in it did not."""


class Garbled(Exception):
    """The upstream sent something that is no answer in its protocol."""


class Reader(Protocol):
    """Turn one upstream body into frames of DeepSeek's shape, an ERROR the last; one object per attempt."""

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Return the frames completed by these bytes; raise `Garbled`."""

    def finish(self) -> Sequence[Frame]:
        """Return what is left at the proper end of the body; raise `Truncated` or `Garbled`."""


class KindCall(msgspec.Struct, frozen=True):
    """
    A request as this kind wants it.

    `path` follows the upstream's base path, or with `from_root` replaces it.
    """

    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    reader: Reader
    from_root: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    What a failed answer means.

    `status`, `code`, `kind` and `message` are for the caller; `retry_here`
    says whether the same target is worth another try, `try_next` whether
    another target may do better. `retry_after` is in seconds. A `message`
    that quotes the upstream is bounded and scrubbed of our credential.
    """

    status: int
    code: str
    kind: str
    message: str
    retry_here: bool
    try_next: bool
    retry_after: float | None = None
    param: str | None = None


class Kind(Protocol):
    """
    One kind of upstream.

    `wants_thoughts`: its servers refuse a conversation with tools that lost
    what the model had thought.
    """

    @property
    def wants_thoughts(self) -> bool:
        """Whether thoughts are worth remembering for it."""

    def call(self, sealed: SealedRequest, target: Target) -> KindCall:
        """Write a sealed request the way this kind accepts it."""

    def diagnose(self, status: int, headers: Mapping[bytes, bytes], body: bytes, target: Target) -> Diagnosis:
        """Say what an answer that is not 200, or an error inside a stream (status 200), means."""
