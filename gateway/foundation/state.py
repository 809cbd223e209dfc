"""Opening what lasts: the state store, and the keys that are kept in it."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.foundation.keys import GATEWAY, KIND, TenantKeys
from gateway.foundation.master_key import (
    FILE as KEY_FILE,
)
from gateway.foundation.master_key import (
    InvalidMasterKey,
    MasterKey,
    first_master_key,
    kept_master_key,
    read_master_key,
)
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_state_store import RedisStateStore
from gateway.foundation.secret import Secret
from gateway.foundation.sqlite_state_store import FILE as STORE_FILE
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_store import IDENTITY, NEW, StateConflict, StateStore, StateUnavailable

_MARK = "store.json"
_LOST = (
    "This gateway has used one before: restore it with `deepseek-gateway state restore <backup>`, or, to "
    f"begin anew without keys and data of before, delete {_MARK} and {KEY_FILE} in the state folder."
)


@dataclass(frozen=True, slots=True)
class State:
    """
    What lasts, opened: where it is kept, and the keys of all tenants.

    `redis` is the link to the store where that is Redis.
    """

    store: StateStore
    keys: TenantKeys
    close: Callable[[], Awaitable[None]]
    redis: RedisLink | None = None


async def open_state(
    folder: StateFolder,
    master: Secret | None,
    *,
    redis: RedisLink | None = None,
    patience_seconds: float = 0.0,
) -> State:
    """
    Open the store, in Redis or else in the folder, and load the keys in it; raise `UnusableState`.

    Waits for disk and network: at a start nothing else is to be done yet. A
    Redis that is away may come within `patience_seconds`. The link is closed
    with the state.
    """
    if redis is None:
        _expect_file(folder)
    store, close = await open_store(folder.path, redis, patience_seconds=patience_seconds)
    try:
        await _recognise(store, folder)
        keys = TenantKeys(
            await master_key_for(store, folder.path, master),
            store,
            reread=lambda: None if master is not None else _reread(folder.path),
        )
        await keys.load()
        await keys.ensure([GATEWAY])
    except StateUnavailable as error:
        await close()
        raise UnusableState(str(error)) from error
    except BaseException:
        await close()
        raise
    return State(store, keys, close, redis)


async def master_key_for(store: StateStore, folder: Path, chosen: Secret | None) -> MasterKey:
    """
    Return the chosen master key, else the one in the key file; make that file at the first run.

    A store that holds keys already is never given a new master key.
    """
    text = chosen or kept_master_key(folder) or await _first_key(store, folder)
    try:
        return read_master_key(text)
    except InvalidMasterKey as error:
        place = "GATEWAY_MASTER_KEY" if chosen is not None else str(folder / KEY_FILE)
        raise UnusableState(f"{place} {error}") from error


async def _first_key(store: StateStore, folder: Path) -> Secret:
    if not await store.list(KIND):
        return first_master_key(folder)
    # Another process that starts for the first time may have made both just now, the file first.
    text = kept_master_key(folder)
    if text is None:
        raise UnusableState(
            f"{folder / KEY_FILE} is missing, and the state store holds keys that it wrapped. "
            "Put it back, or set GATEWAY_MASTER_KEY."
        )
    return text


def _reread(folder: Path) -> MasterKey | None:
    """Return the master key that a command has written meanwhile, if it can be read."""
    try:
        text = kept_master_key(folder)
        return None if text is None else read_master_key(text)
    except (UnusableState, InvalidMasterKey):
        return None


def _expect_file(folder: StateFolder) -> None:
    """Refuse to make a store where there was one, before it is made."""
    path = folder.path / STORE_FILE
    # In this order: another process may be making the file, and after it the mark.
    if folder.read(_MARK) is not None and not path.exists():
        raise UnusableState(f"{path} is missing. {_LOST}")


async def _recognise(store: StateStore, folder: StateFolder) -> None:
    """Refuse a store that is not the one this gateway used before; the first one is remembered."""
    mark = folder.read(_MARK)
    known = None if mark is None else mark.get("id", "")
    entry = await store.read(*IDENTITY)
    if entry is None:
        if known is not None:
            raise UnusableState(f"The state store is empty. {_LOST}")
        with suppress(StateConflict):
            await store.write(*IDENTITY, secrets.token_hex(8).encode(), expected=NEW)
        entry = await store.read(*IDENTITY)
    present = b"" if entry is None else entry.value or b""
    if known is None:
        folder.write(_MARK, {"id": present.decode()})
    elif known.encode() != present:
        raise UnusableState(f"The state store is another one than before. {_LOST}")


async def open_store(
    folder: Path, link: RedisLink | None, *, patience_seconds: float = 0.0
) -> tuple[StateStore, Callable[[], Awaitable[None]]]:
    """Open the store alone, and return it with what closes it; raise `UnusableState`."""
    if link is None:
        store = SqliteStateStore(folder / STORE_FILE)
        return store, store.close
    try:
        await link.open(patience_seconds=patience_seconds)
    except RedisFailure as error:
        await link.close()
        raise UnusableState(
            f"The state store in Redis cannot be used: {error}. Check GATEWAY_REDIS_URL."
            + (f" It was waited for {patience_seconds:g} seconds." if patience_seconds else "")
        ) from error
    return RedisStateStore(link), link.close
