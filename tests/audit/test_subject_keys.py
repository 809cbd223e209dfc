"""A key for each person."""

import pytest

from gateway.audit.subject_keys import KIND, NoPerson, SubjectKeys, person
from gateway.audit.wrapping import wrap
from gateway.foundation.clock import FakeClock
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
    first, second = SubjectKeys(keys, store, FakeClock()), SubjectKeys(keys, store, FakeClock())

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
    maria = await SubjectKeys(keys, store, FakeClock()).of("acme", "maria")

    entry = (await store.list(KIND))[0]

    assert "maria" not in entry.name
    assert maria.key not in (entry.value or b"")


async def test_a_destroyed_key_is_gone_everywhere() -> None:
    """
    What follows has a new key, with another id.
    """
    store, keys = await a_store()
    here, there = SubjectKeys(keys, store, FakeClock()), SubjectKeys(keys, store, FakeClock())
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
    subjects = SubjectKeys(keys, store, FakeClock())
    old = await subjects.of("acme", "maria")
    await keys.destroy("acme")

    new = await SubjectKeys(keys, store, FakeClock()).of("acme", "maria")

    assert old.key != new.key


async def test_a_store_that_does_not_answer_is_told() -> None:
    """
    Unless the key is remembered.
    """
    store, keys = await a_store()
    subjects = SubjectKeys(keys, store, FakeClock())
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


DAY = 86_400.0
MARIA = ("acme", "maria")


async def months(subjects: SubjectKeys) -> list[str]:
    """Return the month that stands with each key of acme."""
    return [kept.key.month for kept in await subjects.all_of("acme")]


async def test_with_a_key_stands_the_month_of_its_last_use() -> None:
    """
    Also where the process remembers it. The key stays what it was; a clock that is behind changes nothing.
    """
    store, keys = await a_store()
    clock = FakeClock()
    here, behind = SubjectKeys(keys, store, clock), SubjectKeys(keys, store, FakeClock())
    first, stood = await here.of(*MARIA), [await months(here)]

    clock.advance(45 * DAY)
    later = await here.of(*MARIA)
    stood.append(await months(here))
    other = await behind.of(*MARIA)

    assert [["2027-01"], ["2027-03"], ["2027-03"]] == [*stood, await months(here)]
    assert {(first.key_id, first.key)} == {(one.key_id, one.key) for one in (first, later, other)}


async def test_a_new_month_does_not_need_the_store() -> None:
    """
    A key that is remembered goes on while it does not answer.
    """
    store, keys = await a_store()
    clock = FakeClock()
    subjects = SubjectKeys(keys, store, clock)
    known = await subjects.of(*MARIA)
    clock.advance(45 * DAY)
    store.fail()

    assert known == await subjects.of(*MARIA)


async def test_a_key_that_somebody_uses_again_is_not_let_go() -> None:
    """
    Whoever saw it unused is too late.
    """
    store, keys = await a_store()
    clock = FakeClock()
    subjects = SubjectKeys(keys, store, clock)
    await subjects.of(*MARIA)
    (seen,) = await subjects.all_of("acme")
    clock.advance(45 * DAY)
    await SubjectKeys(keys, store, clock).of(*MARIA)

    is_gone = [await subjects.let_go(seen), await subjects.let_go((await subjects.all_of("acme"))[0])]

    assert [False, True] == is_gone
    assert [] == await subjects.all_of("acme")


async def test_a_key_of_an_older_version_stays_what_it_is() -> None:
    """
    It has no month until it is used.
    """
    store, keys = await a_store()
    subjects = SubjectKeys(keys, store, FakeClock())
    name, plain = subjects.reference(*MARIA), bytes(range(40))
    await store.write(KIND, name, wrap(keys.derive("acme", "audit.subjects"), plain, name))
    before = await months(subjects)

    used = await subjects.of(*MARIA)

    assert ([""], ["2027-01"]) == (before, await months(subjects))
    assert (plain[32:].hex(), plain[:32]) == (used.key_id, used.key)
