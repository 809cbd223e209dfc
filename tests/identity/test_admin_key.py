"""The first administrator is made once, shown once, or chosen."""

import asyncio
from collections import Counter

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.secret import Secret
from gateway.foundation.state_store import Entry, MemoryStateStore
from gateway.identity.admin_key import chosen_admin_key, first_admin_key
from gateway.identity.api_key import InvalidKey, digest_of, hash_of
from gateway.identity.key_document import KIND, decode_key
from gateway.identity.key_office import KeyChange, KeyOffice
from gateway.identity.scopes import ROLES


class SharedStore(MemoryStateStore):
    """A store like one over a network: others have their turn while it answers."""

    async def read(self, kind: str, name: str) -> Entry | None:
        """Answer later what was there now."""
        found = await super().read(kind, name)
        await asyncio.sleep(0)
        return found


def an_office(store: MemoryStateStore) -> KeyOffice:
    """An office over this store."""
    return KeyOffice(store, FakeClock(), has_project=lambda *_: False, vet_section=lambda *_: ())


async def test_the_first_start_makes_an_owner() -> None:
    """
    The key that is shown is the one whose hash is kept.
    """
    store = MemoryStateStore()

    shown = await first_admin_key(store, an_office(store))

    (entry,) = await store.list(KIND)
    kept = decode_key(entry.value or b"")
    assert shown is not None
    assert hash_of(shown.reveal()) == kept.hash
    assert ROLES["owner"] == set(kept.scopes)


async def test_no_later_start_makes_another() -> None:
    """
    Also after that key was revoked: whoever lost it makes one by command.
    """
    store = MemoryStateStore()
    await first_admin_key(store, an_office(store))

    assert await first_admin_key(store, an_office(store)) is None
    assert 1 == len(await store.list(KIND))


async def test_of_several_that_start_at_once_one_shows_a_key() -> None:
    """
    The others' keys are revoked before anyone saw them; all of it is told.
    """
    store = SharedStore()
    told: list[KeyChange] = []

    shown = await asyncio.gather(*(first_admin_key(store, an_office(store), told.append) for _ in range(4)))

    keys = [decode_key(entry.value or b"") for entry in await store.list(KIND)]
    assert 1 == len([one for one in shown if one is not None])
    assert 1 == len([key for key in keys if key.revoked_at is None])
    assert {"created": 4, "revoked": 3} == Counter(change.act for change in told)


def test_a_chosen_key_is_an_owner_without_being_kept() -> None:
    """
    Like the demo key that an operator chooses.
    """
    record = chosen_admin_key(Secret(" open the office\n"))

    assert digest_of(b"open the office") == record.digest
    assert ("_gateway", "admin", ROLES["owner"]) == (
        record.caller.tenant,
        record.caller.credential_id,
        record.caller.scopes,
    )


def test_a_chosen_key_that_is_too_short_is_refused() -> None:
    """
    Eight characters at least.
    """
    with pytest.raises(InvalidKey):
        chosen_admin_key(Secret("short"))
