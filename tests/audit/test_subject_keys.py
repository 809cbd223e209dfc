"""A key for each person."""

import pytest

from gateway.audit.subject_keys import KIND, NoPerson, SubjectKeys, person
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_store import MemoryStateStore, StateUnavailable
from tests.fakes.audit_side import some_keys


async def a_store() -> tuple[MemoryStateStore, TenantKeys]:
    store = MemoryStateStore()
    keys = some_keys(store)
    await keys.ensure(["acme", "bolt"])
    return store, keys


async def test_a_person_has_one_key_in_every_process() -> None:
    """
    Made once, found again; another person or tenant has another.
    """
    store, keys = await a_store()
    first, second = SubjectKeys(keys, store), SubjectKeys(keys, store)

    maria = await first.of("acme", "maria")

    assert maria == await first.of("acme", "maria") == await second.of("acme", "maria")
    assert 3 == len(
        {(await first.of(*who)).key for who in (("acme", "maria"), ("acme", "jo"), ("bolt", "maria"))}
    )


async def test_the_store_holds_no_name_and_no_key() -> None:
    """
    Only a keyed hash, and what the tenant's key opens.
    """
    store, keys = await a_store()
    maria = await SubjectKeys(keys, store).of("acme", "maria")

    entry = (await store.list(KIND))[0]

    assert "maria" not in entry.name
    assert maria.key not in (entry.value or b"")


async def test_a_destroyed_key_is_gone_everywhere() -> None:
    """
    What follows has a new key, with another id.
    """
    store, keys = await a_store()
    here, there = SubjectKeys(keys, store), SubjectKeys(keys, store)
    old = await here.of("acme", "maria")
    await there.of("acme", "maria")
    cursor = (await store.changes_since("")).cursor

    assert old.key_id == await here.destroy("acme", "maria")
    changes = await store.changes_since(cursor)
    there.take(changes.entries, is_whole=changes.is_whole)

    assert await here.find("acme", "maria") is None
    assert await here.destroy("acme", "maria") is None
    assert old.key_id != (await there.of("acme", "maria")).key_id


async def test_with_the_tenants_key_a_persons_is_lost() -> None:
    """
    And a new one takes its place.
    """
    store, keys = await a_store()
    subjects = SubjectKeys(keys, store)
    old = await subjects.of("acme", "maria")
    await keys.destroy("acme")

    new = await SubjectKeys(keys, store).of("acme", "maria")

    assert old.key != new.key


async def test_a_store_that_does_not_answer_is_told() -> None:
    """
    Unless the key is remembered.
    """
    store, keys = await a_store()
    subjects = SubjectKeys(keys, store)
    known = await subjects.of("acme", "maria")
    store.fail()

    assert known == await subjects.of("acme", "maria")
    with pytest.raises(StateUnavailable):
        await subjects.of("acme", "jo")


def test_nobody_has_an_empty_name() -> None:
    """
    A request whose user is empty names nobody, so no key is ever kept under it.
    """
    with pytest.raises(NoPerson):
        person("")
