"""Where processes tell each other which calls are under way, and send each other what comes of them."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

# A process that was not heard of for so long is gone, as the owner of a call or as one who listens.
LEASE_SECONDS = 4.0
# So long a call belongs to who claimed it, though nothing more was heard of them.
CLAIM_SECONDS = 1.0
# What was sent can be read for so long after the last piece.
KEEP_SECONDS = 10.0


class Callsign(msgspec.Struct, frozen=True, gc=False):
    """One call as processes speak of it: the tag of its tenant, its name, and a token of who owns it."""

    tenant: bytes
    name: bytes
    token: bytes


class Claim(msgspec.Struct, frozen=True, gc=False):
    """What came of a claim: the token of who owns the call now."""

    owner: bytes


# Or the entry that makes it needless; None where nobody knows in time.
Found = bytes | Claim | None


class Heard(msgspec.Struct, frozen=True, gc=False):
    """What one who listens heard: pieces in their order, and whether their owner is still there."""

    is_owned: bool
    pieces: Sequence[bytes]


class BoardFailed(Exception):
    """Nobody knows what came of it: the place cannot be reached."""


class Board(Protocol):
    """
    Keep for each call who owns it, who listens, and the pieces that were sent.

    Everything vanishes by itself when nobody is heard of any more. Futures
    hold nothing but their result or `BoardFailed`.
    """

    def claim(self, callsign: Callsign, kept: bytes | None) -> "asyncio.Future[Found]":
        """
        Own the call if nobody does, unless an entry of the name `kept` is there, which is returned.

        Done within the small deadline of the cache. Who is no longer waited for owns nothing.
        """

    def beat(
        self, callsign: Callsign, start: int, pieces: Sequence[bytes], *, is_last: bool
    ) -> "asyncio.Future[Sequence[bytes] | None]":
        """
        Go on owning the call, send pieces, of which the first has the number `start`, and hear who listens.

        None says that the call is owned no longer. With `is_last` it is given
        up, but not as long as somebody listens who was sent nothing with it.
        """

    def listen(self, callsign: Callsign, listener: bytes, start: int) -> "asyncio.Future[Heard]":
        """Go on listening, and hear the pieces from this number on."""

    def release(self, callsign: Callsign) -> None:
        """Own a call no longer that was claimed and is not made; never waits."""

    def leave(self, callsign: Callsign, listener: bytes) -> None:
        """Listen no more; never waits."""
