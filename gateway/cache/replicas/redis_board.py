"""
The board in a Redis that several gateways share.

    dsg-flight:{<tag of the tenant>}:<name>                      who owns a call, for a few seconds
    dsg-flight:{<tag of the tenant>}:<name>:<token>:listeners    who listens, and when each was heard of last
    dsg-flight:{<tag of the tenant>}:<name>:<token>:deltas       what was sent, locked as entries are

Every key has a time to live, and all of a call are in one slot of a cluster,
beside the entries of the tenant.
"""

import asyncio
from binascii import hexlify
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gateway.cache.brief_call import BriefCall, Patience
from gateway.cache.redis_store import entry_key, tenant_slot
from gateway.cache.replicas.board import (
    CLAIM_SECONDS,
    KEEP_SECONDS,
    LEASE_SECONDS,
    BoardFailed,
    Callsign,
    Claim,
    Found,
    Heard,
)
from gateway.foundation.redis_link.call import Call, Script, Word, read_script
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink

# A reply holds no more pieces than this, so that it is never large.
MOST_PIECES = 16
_LEASE_MS, _CLAIM_MS, _KEEP_MS = (
    int(seconds * 1000) for seconds in (LEASE_SECONDS, CLAIM_SECONDS, KEEP_SECONDS)
)


_CLAIM, _BEAT, _LISTEN, _RELEASE = (
    read_script("gateway.cache.replicas", f"{name}.lua", CLAIM_MS=_CLAIM_MS)
    for name in ("claim", "beat", "listen", "release")
)


class RedisBoard:
    """Keep in Redis who owns which call; the link is its owner's to close."""

    def __init__(self, link: RedisLink, patience: Patience) -> None:
        self._link = link
        self._patience = patience

    def claim(self, callsign: Callsign, kept: bytes | None) -> "asyncio.Future[Found]":
        """Own the call if nobody does, unless an entry is there."""
        lease = _lease(callsign)
        words: tuple[Word, ...]
        if kept is None:
            words = (b"EVALSHA", _CLAIM.sha, b"1", lease, callsign.token)
        else:
            # Every look is one: each word less is time.
            entry = entry_key(callsign.tenant, kept)
            words = (b"EVALSHA", _CLAIM.sha, b"2", lease, entry, callsign.token)
        call = _Claim(self, callsign, words, self._patience)
        call.begin(self._link)
        return call.future

    def beat(
        self, callsign: Callsign, start: int, pieces: Sequence[bytes], *, is_last: bool
    ) -> "asyncio.Future[Sequence[bytes] | None]":
        """Go on owning the call, send pieces, and hear who listens."""
        words: tuple[Word, ...] = (
            b"EVALSHA", _BEAT.sha, 3, *_keys(callsign),
            callsign.token, _LEASE_MS, _KEEP_MS, start, int(is_last), *pieces,
        )  # fmt: skip
        return self._send(_Told(words, tenant_slot(callsign.tenant), is_repeatable=True, script=_BEAT))

    def listen(self, callsign: Callsign, listener: bytes, start: int) -> "asyncio.Future[Heard]":
        """Go on listening, and hear the pieces from this number on."""
        words: tuple[Word, ...] = (
            b"EVALSHA", _LISTEN.sha, 3, *_keys(callsign),
            callsign.token, listener, _LEASE_MS, start, start + MOST_PIECES - 1,
        )  # fmt: skip
        return self._send(_Listen(words, tenant_slot(callsign.tenant), is_repeatable=True, script=_LISTEN))

    def release(self, callsign: Callsign) -> None:
        """Own a call no longer."""
        words = (b"EVALSHA", _RELEASE.sha, 1, _lease(callsign), callsign.token)
        self._link.send(Call(words, tenant_slot(callsign.tenant), is_repeatable=True, script=_RELEASE))

    def leave(self, callsign: Callsign, listener: bytes) -> None:
        """Listen no more."""
        words = (b"ZREM", _keys(callsign)[1], listener)
        self._link.send(Call(words, tenant_slot(callsign.tenant), is_repeatable=True))

    def _send(self, call: "_Told") -> "asyncio.Future[Any]":
        self._link.send(call)
        return call.future


class _Claim(BriefCall):
    """A claim; one that succeeds after nobody waits for it any more is given up."""

    __slots__ = ("_board", "_callsign")

    def __init__(
        self, board: RedisBoard, callsign: Callsign, words: tuple[Word, ...], patience: Patience
    ) -> None:
        super().__init__(words, tenant_slot(callsign.tenant), patience, _CLAIM)
        self._board = board
        self._callsign = callsign

    def arrived(self, reply: Any) -> None:
        """Hand over what came of it."""
        is_entry, found = reply
        if not is_entry and found == self._callsign.token and self.future.done():
            self._board.release(self._callsign)
        self.tell(found if is_entry else Claim(found))


class _Told(Call):
    """A command whose future never raises where nobody looks."""

    __slots__ = ("future",)

    def __init__(
        self, words: tuple[Word, ...], slot: int, *, is_repeatable: bool, script: Script | None = None
    ) -> None:
        super().__init__(words, slot, is_repeatable=is_repeatable, script=script)
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def arrived(self, reply: Any) -> None:
        """Hand over the reply."""
        if not self.future.done():
            self.future.set_result(self.read(reply))

    def failed(self, failure: RedisFailure) -> None:
        """Raise in whoever looks."""
        if not self.future.done():
            self.future.set_exception(BoardFailed(str(failure)))
            # Looked at once, so that a failure nobody waits for is not logged as a fault.
            self.future.exception()

    def read(self, reply: Any) -> Any:
        """Return what a reply means: the listeners, or None."""
        return reply


class _Listen(_Told):
    """A look at what was sent."""

    __slots__ = ()

    def read(self, reply: Any) -> Heard:
        """Return what a reply means."""
        is_owned, pieces = reply
        return Heard(bool(is_owned), pieces)


@lru_cache(maxsize=4096)
def _of_tenant(tenant: bytes) -> bytes:
    return b"dsg-flight:{%b}:" % hexlify(tenant)


def _lease(callsign: Callsign) -> bytes:
    return _of_tenant(callsign.tenant) + hexlify(callsign.name)


def _keys(callsign: Callsign) -> tuple[bytes, bytes, bytes]:
    lease = _lease(callsign)
    own = b"%b:%b" % (lease, hexlify(callsign.token))
    return lease, own + b":listeners", own + b":deltas"
