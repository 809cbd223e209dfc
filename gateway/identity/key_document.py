"""An API key made at run time, as the state store keeps it: everything about it but the key."""

from collections.abc import Iterator
from functools import lru_cache
from math import inf
from typing import Any

import msgspec

from gateway.identity.api_key import HASH_PREFIX
from gateway.identity.conditions import Conditions, Level, read_networks
from gateway.identity.keyring import KeyRecord
from gateway.vocabulary.caller import Caller

KIND = "api_key"
DEFAULT_PROJECT = "default"
_HISTORY_KEPT = 20
_REPLACED_KEPT = 10


class Replaced(msgspec.Struct, frozen=True):
    """A secret that this key had before; good until its time."""

    hash: str
    until: float


class KeyAct(msgspec.Struct, frozen=True):
    """What was done to a key, when, by whom."""

    at: float
    actor: str
    act: str


class KeyDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One key; times are wall-clock seconds.

    `scopes` and `models` that are empty narrow nothing. `limits` and `cache` are
    the sections that their rooms read, as they were written. `history` holds the last acts.
    """

    id: str
    hash: str
    tenant: str
    project: str = DEFAULT_PROJECT
    label: str = ""
    scopes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    limits: Any = None
    cache: Any = None
    metadata: dict[str, Any] = {}
    created_at: float
    expires_at: float | None = None
    blocked: bool = False
    revoked_at: float | None = None
    replaced: tuple[Replaced, ...] = ()
    history: tuple[KeyAct, ...] = ()

    def standing(self, now_wall: float) -> str:
        """Return `active`, `blocked`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now_wall:
            return "expired"
        return "blocked" if self.blocked else "active"

    def earlier_secrets_until(self) -> tuple[float, ...]:
        """Return until when each secret of before stays good: never longer than the key itself."""
        if self.revoked_at is not None:
            return ()
        end = inf if self.expires_at is None else self.expires_at
        return tuple(min(one.until, end) for one in self.replaced)

    def acted(self, act: KeyAct) -> "KeyDocument":
        """Return the document with one more act in its history."""
        return msgspec.structs.replace(self, history=(*self.history, act)[-_HISTORY_KEPT:])

    def replaced_by(self, new_hash: str, until: float) -> "KeyDocument":
        """Return the document with a new secret, the present one good until that time."""
        earlier = [msgspec.structs.replace(one, until=min(one.until, until)) for one in self.replaced]
        replaced = (*earlier, Replaced(self.hash, until))[-_REPLACED_KEPT:]
        return msgspec.structs.replace(self, hash=new_hash, replaced=replaced)


def encode_key(document: KeyDocument) -> bytes:
    """Return a document as the store keeps it."""
    return msgspec.json.encode(document)


def decode_key(value: bytes) -> KeyDocument:
    """Return a document from the store; raise `msgspec.MsgspecError`."""
    return _DECODER.decode(value)


def records_of(document: KeyDocument) -> Iterator[KeyRecord]:
    """Yield what a keyring has to know: nothing of a revoked key, also the secrets that were replaced."""
    if document.revoked_at is not None:
        return
    caller = Caller(
        tenant=document.tenant,
        project=document.project,
        credential_id=document.id,
        method="api_key",
        scopes=_scopes(document.scopes),
        models=document.models,
        limits=msgspec.json.encode(document.limits) if document.limits is not None else b"",
        cache=msgspec.json.encode(document.cache) if document.cache is not None else b"",
    )
    conditions = Conditions(
        Level.KEY,
        blocked=document.blocked,
        expires_at=document.expires_at,
        networks=read_networks(document.networks) or None,
    )
    yield KeyRecord(_digest(document.hash), caller, () if conditions.are_none else (conditions,))
    for one in document.replaced:
        late = msgspec.structs.replace(conditions, replaced_at=one.until)
        yield KeyRecord(_digest(one.hash), caller, (late,))


@lru_cache(maxsize=4096)
def _scopes(named: tuple[str, ...]) -> frozenset[str]:
    # Even an empty set takes 216 bytes, and most keys have the same few.
    return frozenset(named)


def _digest(written: str) -> bytes:
    return bytes.fromhex(written.removeprefix(HASH_PREFIX))


_DECODER = msgspec.json.Decoder(KeyDocument)
