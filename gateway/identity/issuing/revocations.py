"""Tokens that were taken back before they expired, known to every process through the state store."""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from gateway.foundation.clock import Clock
from gateway.foundation.state_store import Entry, StateStore

KIND = "revoked_token"
MOST_REVOKED = 100_000
MOST_OF_ONE_CLIENT = 5_000
_SWEPT_AFTER_SECONDS = 3600.0
_SWEPT_AT_ONCE = 500


class TooManyRevoked(Exception):
    """So many tokens, of all or of one client, are revoked and kept that no further one is taken."""


class RevokedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A revoked token as the state store keeps it: only until it would have expired."""

    client_id: str
    expires_at: float


class Revocations:
    """
    The ids of revoked tokens, in memory and in the store.

    `on_revoked` hears of every id that is new, so that whoever remembers a
    token forgets it; it is set by whoever puts the parts together. No client
    can take up the room of all others.
    """

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.on_revoked: Callable[[frozenset[str]], None] = lambda _: None
        self._kept: dict[str, RevokedToken] = {}
        self._of_client: Counter[str] = Counter()

    def __contains__(self, token_id: str) -> bool:
        return token_id in self._kept

    async def add(self, token_id: str, client_id: str, expires_at: float) -> None:
        """Revoke a token for every process; raise `StateUnavailable` or `TooManyRevoked`."""
        if len(self._kept) >= MOST_REVOKED or self._of_client[client_id] >= MOST_OF_ONE_CLIENT:
            raise TooManyRevoked
        kept = msgspec.json.encode(RevokedToken(client_id=client_id, expires_at=expires_at))
        entry = await self._store.write(KIND, token_id, kept)
        self.take([entry], is_whole=False)

    async def sweep(self) -> None:
        """Forget some of those that have long expired; raise `StateUnavailable`."""
        limit = self._clock.wall() - _SWEPT_AFTER_SECONDS
        late = [token_id for token_id, kept in self._kept.items() if kept.expires_at < limit]
        for token_id in late[:_SWEPT_AT_ONCE]:
            self.take([await self._store.write(KIND, token_id, None)], is_whole=False)

    def take(self, entries: Sequence[Entry], *, is_whole: bool) -> None:
        """Follow the store."""
        fresh = frozenset(entry.name for entry in entries if entry.value is not None) - self._kept.keys()
        if is_whole:
            self._kept.clear()
            self._of_client.clear()
        for entry in entries:
            self._forget(entry.name)
            if entry.value is not None:
                self._kept[entry.name] = kept = _read(entry.value)
                self._of_client[kept.client_id] += 1
        if fresh:
            self.on_revoked(fresh)

    def _forget(self, token_id: str) -> None:
        gone = self._kept.pop(token_id, None)
        if gone is not None:
            self._of_client[gone.client_id] -= 1
            if not self._of_client[gone.client_id]:
                del self._of_client[gone.client_id]


def _read(value: bytes) -> RevokedToken:
    try:
        return msgspec.json.decode(value, type=RevokedToken)
    except msgspec.MsgspecError:
        # An entry that cannot be read still revokes; it only does not say whose it is and until when.
        return RevokedToken(client_id="", expires_at=float("inf"))
