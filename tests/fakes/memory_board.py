"""A board in memory: what processes of one machine would tell each other, on the clock of the loop."""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

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
from gateway.cache.replicas.redis_board import MOST_PIECES
from gateway.cache.store import Address, Store

T = TypeVar("T")


class MemoryBoard:
    """Keep everything as Redis does; `is_away` fails as a Redis does that cannot be reached."""

    def __init__(self, store: Store | None = None) -> None:
        self.is_away = False
        self.calls: list[str] = []
        self.pieces: dict[bytes, tuple[float, list[bytes]]] = {}
        self._store = store
        self._owners: dict[tuple[bytes, bytes], tuple[float, bytes]] = {}
        self._listeners: dict[bytes, dict[bytes, float]] = {}

    def claim(self, callsign: Callsign, kept: bytes | None) -> "asyncio.Future[Found]":
        """Own the call if nobody does, unless an entry is there."""
        self.calls.append("claim")
        if self.is_away:
            return _done(None)
        if kept is not None and self._store is not None:
            entry = self._store.look(Address(callsign.tenant, kept))
            if isinstance(entry, bytes):
                return _done(entry)
        owner = self._owner(callsign)
        if owner is None:
            owner = callsign.token
            self._own(callsign, CLAIM_SECONDS)
        return _done(Claim(owner))

    def beat(
        self, callsign: Callsign, start: int, pieces: Sequence[bytes], *, is_last: bool
    ) -> "asyncio.Future[Sequence[bytes] | None]":
        """Go on owning the call, send pieces, and hear who listens."""
        self.calls.append("beat")
        if self.is_away:
            return _failed()
        if self._owner(callsign) != callsign.token:
            return _done(None)
        there = self._sent(callsign.token)
        if len(there) not in (start, start + len(pieces)):
            del self._owners[callsign.tenant, callsign.name]
            return _done(None)
        told = [*there, *pieces] if len(there) == start else there
        self.pieces[callsign.token] = (_now() + KEEP_SECONDS, told)
        alive = self._listeners.setdefault(callsign.token, {})
        for listener in [one for one, heard_at in alive.items() if heard_at <= _now() - LEASE_SECONDS]:
            del alive[listener]
        if is_last and (pieces or not alive):
            del self._owners[callsign.tenant, callsign.name]
        else:
            self._own(callsign, LEASE_SECONDS)
        return _done(list(alive))

    def listen(self, callsign: Callsign, listener: bytes, start: int) -> "asyncio.Future[Heard]":
        """Go on listening, and hear the pieces from this number on."""
        self.calls.append("listen")
        if self.is_away:
            return _failed()
        pieces = self._sent(callsign.token)[start : start + MOST_PIECES]
        is_owned = self._owner(callsign) == callsign.token
        if is_owned:
            self._listeners.setdefault(callsign.token, {})[listener] = _now()
        return _done(Heard(is_owned, pieces))

    def release(self, callsign: Callsign) -> None:
        """Own a call no longer."""
        self.calls.append("release")
        if not self.is_away and self._owner(callsign) == callsign.token:
            del self._owners[callsign.tenant, callsign.name]

    def leave(self, callsign: Callsign, listener: bytes) -> None:
        """Listen no more."""
        if not self.is_away:
            self._listeners.get(callsign.token, {}).pop(listener, None)

    def forget(self, callsign: Callsign) -> None:
        """Lose what was sent, as a Redis does that evicts."""
        self.pieces.pop(callsign.token, None)

    def _own(self, callsign: Callsign, seconds: float) -> None:
        self._owners[callsign.tenant, callsign.name] = (_now() + seconds, callsign.token)

    def _owner(self, callsign: Callsign) -> bytes | None:
        until, token = self._owners.get((callsign.tenant, callsign.name), (0.0, b""))
        return token if until > _now() else None

    def _sent(self, token: bytes) -> list[bytes]:
        until, pieces = self.pieces.get(token, (0.0, []))
        return pieces if until > _now() else []


class BoardLink:
    """One process's way to a board; when it `is_cut`, nothing is heard of that process any more."""

    def __init__(self, board: MemoryBoard) -> None:
        self.is_cut = False
        self._board = board

    def claim(self, callsign: Callsign, kept: bytes | None) -> "asyncio.Future[Found]":
        """Claim, if there is a way."""
        return _done(None) if self.is_cut else self._board.claim(callsign, kept)

    def beat(
        self, callsign: Callsign, start: int, pieces: Sequence[bytes], *, is_last: bool
    ) -> "asyncio.Future[Sequence[bytes] | None]":
        """Beat, if there is a way."""
        return _failed() if self.is_cut else self._board.beat(callsign, start, pieces, is_last=is_last)

    def listen(self, callsign: Callsign, listener: bytes, start: int) -> "asyncio.Future[Heard]":
        """Listen, if there is a way."""
        return _failed() if self.is_cut else self._board.listen(callsign, listener, start)

    def release(self, callsign: Callsign) -> None:
        """Release, if there is a way."""
        if not self.is_cut:
            self._board.release(callsign)

    def leave(self, callsign: Callsign, listener: bytes) -> None:
        """Leave, if there is a way."""
        if not self.is_cut:
            self._board.leave(callsign, listener)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _done(result: T) -> "asyncio.Future[T]":
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future


def _failed() -> "asyncio.Future[T]":
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    future.set_exception(BoardFailed("away"))
    future.exception()
    return future
