"""Opening what lasts: the state store, and the keys that are kept in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.foundation.keys import GATEWAY, KIND, TenantKeys
from gateway.foundation.master_key import (
    FILE as KEY_FILE,
)
from gateway.foundation.master_key import (
    InvalidMasterKey,
    MasterKey,
    keep_master_key,
    kept_master_key,
    new_master_key,
    read_master_key,
)
from gateway.foundation.redis_link.failures import RedisFailure
from gateway.foundation.redis_link.link import RedisLink
from gateway.foundation.redis_state_store import RedisStateStore
from gateway.foundation.secret import Secret
from gateway.foundation.sqlite_state_store import FILE as STORE_FILE
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_store import StateStore, StateUnavailable


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


async def open_state(folder: StateFolder, master: Secret | None, *, redis: RedisLink | None = None) -> State:
    """
    Open the store, in Redis or else in the folder, and load the keys in it; raise `UnusableState`.

    Waits for disk and network: at a start nothing else is to be done yet. The
    link is closed with the state.
    """
    if redis is None:
        _expect_file(folder.path)
    store, close = await open_store(folder.path, redis)
    try:
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
    text = chosen or kept_master_key(folder)
    if text is None:
        if await store.list(KIND):
            raise UnusableState(
                f"{folder / KEY_FILE} is missing, and the state store holds keys that it wrapped. "
                "Put it back, or set GATEWAY_MASTER_KEY."
            )
        text = new_master_key()
        keep_master_key(folder, text)
    try:
        return read_master_key(text)
    except InvalidMasterKey as error:
        place = "GATEWAY_MASTER_KEY" if chosen is not None else str(folder / KEY_FILE)
        raise UnusableState(f"{place} {error}") from error


def _reread(folder: Path) -> MasterKey | None:
    """Return the master key that a command has written meanwhile, if it can be read."""
    try:
        text = kept_master_key(folder)
        return None if text is None else read_master_key(text)
    except (UnusableState, InvalidMasterKey):
        return None


def _expect_file(folder: Path) -> None:
    path = folder / STORE_FILE
    # The store is made before the key file, so this order cannot come from a first run.
    if (folder / KEY_FILE).exists() and not path.exists():
        raise UnusableState(
            f"{path} is missing, and {KEY_FILE} beside it says that there was one. Restore it from a "
            f"backup, or delete {KEY_FILE} too to begin anew without keys and data of before."
        )


async def open_store(
    folder: Path, link: RedisLink | None
) -> tuple[StateStore, Callable[[], Awaitable[None]]]:
    """Open the store alone, and return it with what closes it; raise `UnusableState`."""
    if link is None:
        store = SqliteStateStore(folder / STORE_FILE)
        return store, store.close
    try:
        await link.open()
    except RedisFailure as error:
        await link.close()
        raise UnusableState(
            f"The state store in Redis cannot be used: {error}. Check GATEWAY_REDIS_URL."
        ) from error
    return RedisStateStore(link), link.close
