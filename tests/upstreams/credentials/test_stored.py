"""Credentials in the state store are sealed, and come back by their names."""

import pytest

from gateway.foundation.keys import GATEWAY, TenantKeys
from gateway.foundation.master_key import MasterKey
from gateway.foundation.secret import Secret
from gateway.foundation.state_store import MemoryStateStore
from gateway.upstreams.credential_source import StoredSource
from gateway.upstreams.credentials.obtaining import NotObtained
from gateway.upstreams.credentials.stored import KIND, StoredCredentials


@pytest.fixture
def store() -> MemoryStateStore:
    return MemoryStateStore()


@pytest.fixture
async def stored(store: MemoryStateStore) -> StoredCredentials:
    keys = TenantKeys(MasterKey([bytes(32)]), store)
    await keys.ensure([GATEWAY])
    return StoredCredentials(store, keys)


async def test_a_kept_credential_comes_back(stored: StoredCredentials) -> None:
    """
    The last one of its name, until it is removed.
    """
    await stored.keep("deep", Secret("sk-one"))
    await stored.keep("deep", Secret(" sk-two\n"))
    await stored.keep("other", Secret("sk-three"))

    assert Secret("sk-two") == (await stored.obtain(StoredSource("deep"))).secret
    assert ["deep", "other"] == list(await stored.names())
    assert [True, False] == [await stored.remove("deep"), await stored.remove("deep")]
    with pytest.raises(NotObtained, match="credentials set deep"):
        await stored.obtain(StoredSource("deep"))


async def test_the_store_never_sees_it_in_clear(stored: StoredCredentials, store: MemoryStateStore) -> None:
    """
    And an entry under another name is not opened.
    """
    await stored.keep("deep", Secret("sk-secret"))
    (entry,) = await store.list(KIND)
    await store.write(KIND, "moved", entry.value)
    await store.write(KIND, "damaged", b"{}")

    assert b"sk-secret" not in (entry.value or b"")
    for name in ("moved", "damaged"):
        with pytest.raises(NotObtained, match="cannot be opened"):
            await stored.obtain(StoredSource(name))


async def test_what_is_no_credential_is_not_kept(stored: StoredCredentials, store: MemoryStateStore) -> None:
    """
    Nor can one be had while the store is silent.
    """
    with pytest.raises(NotObtained):
        await stored.keep("deep", Secret("two words"))
    await stored.keep("deep", Secret("sk"))
    store.fail()
    with pytest.raises(NotObtained, match="does not answer"):
        await stored.obtain(StoredSource("deep"))
