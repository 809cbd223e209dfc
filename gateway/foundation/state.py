"""Opening what lasts: the state store, and the keys that are kept in it."""

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
from gateway.foundation.secret import Secret
from gateway.foundation.sqlite_state_store import FILE as STORE_FILE
from gateway.foundation.sqlite_state_store import SqliteStateStore
from gateway.foundation.state_folder import StateFolder, UnusableState
from gateway.foundation.state_store import StateStore


@dataclass(frozen=True, slots=True)
class State:
    """What lasts, opened: where it is kept, and the keys of all tenants."""

    store: SqliteStateStore
    keys: TenantKeys

    async def close(self) -> None:
        """Let go of the store."""
        await self.store.close()


async def open_state(folder: StateFolder, master: Secret | None) -> State:
    """
    Open the store and load the keys in it; raise `UnusableState`.

    Waits for the disk: at a start nothing else is to be done yet.
    """
    store = _open_store(folder.path)
    try:
        keys = TenantKeys(await master_key_for(store, folder.path, master), store)
        await keys.load()
        await keys.ensure([GATEWAY])
    except BaseException:
        await store.close()
        raise
    return State(store, keys)


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


def _open_store(folder: Path) -> SqliteStateStore:
    path = folder / STORE_FILE
    # The store is made before the key file, so this order cannot come from a first run.
    if (folder / KEY_FILE).exists() and not path.exists():
        raise UnusableState(
            f"{path} is missing, and {KEY_FILE} beside it says that there was one. Restore it from a "
            f"backup, or delete {KEY_FILE} too to begin anew without keys and data of before."
        )
    return SqliteStateStore(path)
