"""Keyed hashes of personal values."""

import base64
import json

import pytest

from gateway.audit.lookup_keys import LookupKeys, hash_of_value, period_after, period_of
from gateway.foundation.keys import TenantKeys
from gateway.foundation.state_store import MemoryStateStore
from tests.fakes.audit_side import some_keys
from tests.house.tree import ROOT

JANUARY, FEBRUARY = "2027-01", "2027-02"


class Book:
    """The keys of one process over a store."""

    def __init__(self, store: MemoryStateStore | None = None, keys: TenantKeys | None = None) -> None:
        self.store = store or MemoryStateStore()
        self.keys = keys or some_keys(self.store)
        self.lookups = LookupKeys(self.keys, self.store)

    async def open(self) -> "Book":
        await self.keys.ensure(["acme", "bolt"])
        await self.lookups.ensure(["acme", "bolt"], [JANUARY, FEBRUARY])
        return self


async def test_a_value_has_one_hash_for_each_tenant_period_and_kind() -> None:
    """
    The same again and again, and another as soon as anything differs.
    """
    lookups = (await Book().open()).lookups

    hashes = [
        lookups.hash("acme", "subject", "maria", JANUARY),
        lookups.hash("bolt", "subject", "maria", JANUARY),
        lookups.hash("acme", "address", "maria", JANUARY),
        lookups.hash("acme", "subject", "maria2", JANUARY),
        lookups.hash("acme", "subject", "maria", FEBRUARY),
    ]

    assert 5 == len(set(hashes))
    assert hashes[0] == lookups.hash("acme", "subject", "maria", JANUARY)


async def test_a_hash_is_a_field_that_is_named_for_its_kind() -> None:
    """
    Remembered, until a key comes or goes; without a key there is no field.
    """
    book = await Book().open()
    lookups = book.lookups
    known = lookups.hash("acme", "user", "maria", JANUARY)

    fields = [lookups.field("acme", "user", "maria", JANUARY) for _ in range(2)]
    unknown = lookups.field("acme", "user", "maria", "2027-03")
    await lookups.ensure(["acme"], ["2027-03"])
    later = lookups.field("acme", "user", "maria", "2027-03")
    await lookups.forget("acme", JANUARY)

    assert [f',"user":"{known}"'.encode()] * 2 == fields
    assert (b"", b'"h1:2027-03:') == (unknown, later[8:20])
    assert b"" == lookups.field("acme", "user", "maria", JANUARY)


async def test_every_process_has_the_same_keys() -> None:
    """
    Whoever comes second finds what the first one made.
    """
    first = await Book().open()
    second = await Book(first.store, first.keys).open()
    third = LookupKeys(first.keys, first.store)
    await third.load()

    one, two, three = [
        keys.hash("acme", "user", "x", JANUARY) for keys in (first.lookups, second.lookups, third)
    ]

    assert one is not None
    assert one == two == three


async def test_a_forgotten_period_has_no_hashes_any_more() -> None:
    """
    Neither here nor in a process that follows, and its key is not made anew.
    """
    book = await Book().open()
    other = LookupKeys(book.keys, book.store)
    await other.load()

    assert await book.lookups.forget("acme", JANUARY)
    await book.lookups.ensure(["acme"], [JANUARY])
    other.take((await book.store.changes_since("")).entries, is_whole=True)

    assert book.lookups.hash("acme", "user", "x", JANUARY) is None
    assert other.hash("acme", "user", "x", JANUARY) is None
    assert [FEBRUARY] == [period.name for period in book.lookups.periods("acme")]
    assert not await book.lookups.forget("nobody", JANUARY)


async def test_with_the_tenants_key_its_hashes_go_too() -> None:
    """
    Destroying the key of a tenant unlinks everything of it.
    """
    book = await Book().open()
    await book.keys.destroy("acme")
    later = LookupKeys(book.keys, book.store)

    await later.load()

    assert later.hash("acme", "user", "x", JANUARY) is None
    assert later.hash("bolt", "user", "x", JANUARY) is not None


def test_the_hash_is_that_of_the_specification() -> None:
    """
    As the published vector has it.
    """
    vector = json.loads((ROOT / "docs/audit-vectors.json").read_text(encoding="utf-8"))["personal"]
    key = base64.b64decode(vector["key"])

    assert vector["written"] == hash_of_value(key, vector["period"], vector["kind"], vector["value"])


@pytest.mark.parametrize(
    ("period", "following"), [("2027-01", "2027-02"), ("2027-11", "2027-12"), ("2027-12", "2028-01")]
)
def test_months_follow_each_other(period: str, following: str) -> None:
    """
    Also over the end of a year.
    """
    assert following == period_after(period)
    assert period == period_of(f"{period}-15T08:00:00.000000Z")


async def test_who_asks_from_where_is_told_together() -> None:
    """
    Remembered like each alone: a key that goes takes it along, and nobody has to be named.
    """
    book = await Book().open()
    lookups = book.lookups
    named = lookups.field("acme", "subject", "maria", JANUARY)
    address = lookups.field("acme", "address", "203.0.113.7", JANUARY)

    both = [lookups.asker("acme", "maria", "203.0.113.7", JANUARY) for _ in range(2)]
    nobody = lookups.asker("acme", None, "203.0.113.7", JANUARY)
    await lookups.forget("acme", JANUARY)

    assert ([named + address] * 2, address) == (both, nobody)
    assert b"" == lookups.asker("acme", "maria", "203.0.113.7", JANUARY)


async def test_what_is_remembered_is_bounded() -> None:
    """
    However many people ask, each finds the right hash.
    """
    lookups = (await Book().open()).lookups
    first = lookups.asker("acme", "0", "203.0.113.7", JANUARY)

    for number in range(20_002):
        lookups.asker("acme", str(number), "203.0.113.7", JANUARY)

    assert first == lookups.asker("acme", "0", "203.0.113.7", JANUARY)
    assert len(lookups._remembered.askers) < 20_002
