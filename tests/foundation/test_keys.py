"""Keys of tenants: random, wrapped where they are kept, derived for each purpose, destroyed for good."""

import asyncio

import pytest

from gateway.foundation.keys import GATEWAY, KIND, NoDataKey, TenantKeys
from gateway.foundation.master_key import MasterKey
from gateway.foundation.state_folder import UnusableState
from gateway.foundation.state_store import MemoryStateStore

_MASTER = MasterKey([bytes(32)])
_OTHER = MasterKey([bytes(31) + b"\1"])


async def some_keys(store: MemoryStateStore, *owners: str, master: MasterKey = _MASTER) -> TenantKeys:
    """The keys of a process that has started."""
    keys = TenantKeys(master, store)
    await keys.load()
    await keys.ensure(owners)
    return keys


async def test_every_owner_and_purpose_has_a_key_of_its_own() -> None:
    """
    32 bytes, the same whenever they are asked for.
    """
    keys = await some_keys(MemoryStateStore(), "acme", "other")

    derived = {
        (owner, purpose): keys.derive(owner, purpose)
        for owner in ("acme", "other")
        for purpose in ("cache", "audit")
    }

    assert 4 == len(set(derived.values()))
    assert {32} == {len(key) for key in derived.values()}
    assert derived["acme", "cache"] == keys.derive("acme", "cache")


async def test_another_process_derives_the_same() -> None:
    """
    The keys are in the store, not in the process.
    """
    store = MemoryStateStore()
    first = await some_keys(store, "acme")

    second = await some_keys(store, "acme")

    assert first.derive("acme", "cache") == second.derive("acme", "cache")
    assert first.key_id("acme") == second.key_id("acme")


async def test_of_processes_that_start_together_one_makes_the_key() -> None:
    """
    The others take it over.
    """
    store = MemoryStateStore()
    all_keys = [TenantKeys(_MASTER, store) for _ in range(5)]

    await asyncio.gather(*(keys.ensure(["acme"]) for keys in all_keys))

    assert 1 == len({keys.derive("acme", "cache") for keys in all_keys})


async def test_no_key_stands_in_the_store_as_it_is() -> None:
    """
    Neither the data key nor what is derived from it.
    """
    store = MemoryStateStore()
    keys = await some_keys(store, "acme")

    entry = await store.read(KIND, "acme")

    assert entry is not None
    assert entry.value is not None
    assert keys._keys["acme"][1] not in entry.value
    assert keys.derive("acme", "cache") not in entry.value


async def test_an_unknown_owner_has_no_key() -> None:
    """
    None is made up on the way.
    """
    keys = await some_keys(MemoryStateStore(), "acme")

    with pytest.raises(NoDataKey, match="'other' has no data key"):
        keys.derive("other", "cache")
    with pytest.raises(NoDataKey):
        keys.key_id("other")
    with pytest.raises(NoDataKey):
        await keys.destroy("other")


async def test_a_destroyed_key_is_another_one_everywhere() -> None:
    """
    Here at once, elsewhere as soon as the store was asked; the old one is nowhere.
    """
    store = MemoryStateStore()
    here, there = await some_keys(store, "acme"), await some_keys(store, "acme")
    old, old_id = here.derive("acme", "cache"), here.key_id("acme")
    cursor = (await store.changes_since("")).cursor

    await here.destroy("acme")
    there.take((await store.changes_since(cursor)).entries, is_whole=False)
    later = await some_keys(store, "acme")

    derived = {keys.derive("acme", "cache") for keys in (here, there, later)}
    assert 1 == len(derived)
    assert old not in derived
    assert old_id != here.key_id("acme")


async def test_the_gateways_own_key_is_not_destroyed() -> None:
    """
    It opens the keys that sign; no tenant is named so.
    """
    keys = await some_keys(MemoryStateStore(), GATEWAY)
    before = keys.derive(GATEWAY, "audit")

    with pytest.raises(NoDataKey, match="'_gateway' is no tenant"):
        await keys.destroy(GATEWAY)

    assert before == keys.derive(GATEWAY, "audit")


async def test_the_wrong_master_key_refuses_the_start() -> None:
    """
    And says which key it wants, by its id.
    """
    store = MemoryStateStore()
    await some_keys(store, "acme")

    with pytest.raises(UnusableState, match=f"'acme' .*master key {_MASTER.key_id}.*GATEWAY_MASTER_KEY"):
        await some_keys(store, master=_OTHER)


async def test_who_starts_beside_others_with_another_master_key_is_refused() -> None:
    """
    Of two that make the first key at once, the second sees whose it is.
    """
    store = MemoryStateStore()
    late = TenantKeys(_OTHER, store)
    await some_keys(store, "acme")

    with pytest.raises(UnusableState, match="GATEWAY_MASTER_KEY"):
        await late.ensure(["acme"])


@pytest.mark.parametrize(
    "damaged", [b"", b"{}", b"[]", b'{"key_id": "a", "master_id": "b", "wrapped": "%%"}']
)
async def test_a_damaged_key_refuses_the_start(damaged: bytes) -> None:
    """
    It is named, and not replaced.
    """
    store = MemoryStateStore()
    await store.write(KIND, "acme", damaged)

    with pytest.raises(UnusableState, match="'acme'"):
        await some_keys(store, "acme")

    entry = await store.read(KIND, "acme")
    assert entry is not None
    assert damaged == entry.value


async def test_a_key_cannot_be_moved_to_another_tenant() -> None:
    """
    Who can write to the store cannot give one tenant the key of another.
    """
    store = MemoryStateStore()
    await some_keys(store, "acme")
    entry = await store.read(KIND, "acme")
    assert entry is not None
    await store.write(KIND, "thief", entry.value)

    with pytest.raises(UnusableState, match="'thief'"):
        await some_keys(store)


async def test_keys_outlive_a_change_of_the_master_key() -> None:
    """
    Both keys, then everything wrapped anew, then the new one alone.
    """
    store = MemoryStateStore()
    before = (await some_keys(store, "acme", "other")).derive("acme", "cache")
    both = MasterKey([bytes(31) + b"\1", bytes(32)])

    changing = await some_keys(store, master=both)
    counts = [await changing.wrap_anew(), await changing.wrap_anew()]
    after = await some_keys(store, master=_OTHER)

    assert [2, 0] == counts
    assert before == changing.derive("acme", "cache") == after.derive("acme", "cache")


async def test_a_running_process_keeps_what_it_cannot_open() -> None:
    """
    An entry of a newer master key, or a store that lost everything, takes no key away.
    """
    store = MemoryStateStore()
    keys = await some_keys(store, "acme")
    before = keys.derive("acme", "cache")
    await (await some_keys(store, master=MasterKey([bytes(31) + b"\1", bytes(32)]))).wrap_anew()

    keys.take(await store.list(KIND), is_whole=True)
    keys.take((), is_whole=True)

    assert 1 == keys.unopened
    assert before == keys.derive("acme", "cache")


async def test_a_removed_key_is_forgotten() -> None:
    """
    Who takes the entry away means it.
    """
    store = MemoryStateStore()
    keys = await some_keys(store, "acme")
    keys.derive("acme", "cache")

    keys.take([await store.write(KIND, "acme", None)], is_whole=False)

    with pytest.raises(NoDataKey):
        keys.derive("acme", "cache")


async def test_a_running_process_follows_a_change_of_the_master_key() -> None:
    """
    It reads the key file again when it meets an entry that it cannot open, and wraps by the new one then.
    """
    store = MemoryStateStore()
    both = MasterKey([bytes(31) + b"\1", bytes(32)])
    keys = TenantKeys(_MASTER, store, reread=lambda: both)
    await keys.ensure(["acme"])
    before = keys.derive("acme", "cache")
    await (await some_keys(store, master=both)).wrap_anew()

    keys.take(await store.list(KIND), is_whole=False)
    await keys.ensure(["other"])

    assert (0, before) == (keys.unopened, keys.derive("acme", "cache"))
    assert 2 == len((await some_keys(store, master=_OTHER))._keys)
