"""Keys are made, changed and taken back; each act is whole, and leaves who did it."""

import asyncio
from typing import Any

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.state_store import MemoryStateStore, StateUnavailable
from gateway.identity.api_key import hash_of, parse
from gateway.identity.key_document import KIND, KeyDocument
from gateway.identity.key_office import BadOrder, KeyChange, KeyOffice, UnknownKey
from gateway.identity.key_orders import Actor, KeyOrder
from gateway.identity.scopes import ADMIN_TENANT, ROLES
from tests.identity.test_key_orders import has_project, vet_section

_BOSS = Actor("boss", ADMIN_TENANT, ROLES["owner"])
_OF_ACME = Actor("theirs", "acme", ROLES["tenant_admin"])


class Desk:
    """An office, its store and its clock."""

    def __init__(self) -> None:
        self.store = MemoryStateStore()
        self.clock = FakeClock()
        self.office = KeyOffice(self.store, self.clock, has_project=has_project, vet_section=vet_section)

    async def make(self, tenant: str = "acme", actor: Actor = _BOSS, **order: Any) -> KeyChange:
        """Make a key."""
        return await self.office.create(actor, tenant, KeyOrder(**order))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_new_key_is_shown_once_and_kept_as_its_hash(desk: Desk) -> None:
    """
    The store knows the hash, the maker the text, and nobody both.
    """
    made = await desk.make(label="shop")

    assert made.secret is not None
    text = made.secret.reveal()
    entry = await desk.store.read(KIND, made.after.id)
    assert entry is not None
    assert entry.value is not None
    assert (made.after.id, made.after.hash) == (parse(text).key_id, hash_of(text))
    assert text.rpartition("-")[2].encode() not in entry.value
    assert text not in repr(made)


async def test_others_have_their_turn_while_keys_are_read(desk: Desk) -> None:
    """
    However many there are: whoever lists them keeps no request waiting.
    """
    await desk.make()
    turns: list[int] = []
    turn = asyncio.get_running_loop().call_soon(turns.append, 1)

    listed = await desk.office.list(_BOSS)

    assert (1, [1]) == (len(listed), turns)
    assert not turn.cancelled()


async def test_what_was_made_can_be_found_and_listed(desk: Desk) -> None:
    """
    Oldest first, by tenant or all together.
    """
    first = (await desk.make()).after
    desk.clock.advance(1)
    second = (await desk.make(ADMIN_TENANT, role="auditor")).after

    assert first == await desk.office.find(_BOSS, first.id)
    assert [first, second] == await desk.office.list(_BOSS)
    assert [first] == await desk.office.list(_BOSS, "acme")


async def test_the_admin_of_a_tenant_sees_that_tenant_alone(desk: Desk) -> None:
    """
    Another tenant's key is one that does not exist.
    """
    mine, other = (await desk.make()).after, (await desk.make(ADMIN_TENANT, role="auditor")).after

    assert [mine] == await desk.office.list(_OF_ACME)
    with pytest.raises(UnknownKey):
        await desk.office.find(_OF_ACME, other.id)
    with pytest.raises(UnknownKey):
        await desk.office.revoke(_OF_ACME, other.id)


async def test_an_order_that_cannot_be_changes_nothing(desk: Desk) -> None:
    """
    The field is named, and no key is made.
    """
    with pytest.raises(BadOrder) as refused:
        await desk.make(models=("no model",))

    assert "models" == refused.value.field
    assert [] == await desk.office.list(_BOSS)


async def test_rotation_keeps_the_id_and_gives_a_new_secret(desk: Desk) -> None:
    """
    The old one is good for the overlap that was stated.
    """
    old = await desk.make()

    new = await desk.office.rotate(_BOSS, old.after.id, 600)

    assert new.secret is not None
    assert old.after.id == new.after.id == parse(new.secret.reveal()).key_id
    assert hash_of(new.secret.reveal()) == new.after.hash
    assert [(old.after.hash, desk.clock.wall() + 600)] == [
        (one.hash, one.until) for one in new.after.replaced
    ]


async def test_no_rotation_ends_a_secret_before_its_time(desk: Desk) -> None:
    """
    It is refused where no more can be kept; without an overlap it ends them all, as after a leak.
    """
    key_id = (await desk.make()).after.id
    for _ in range(10):
        await desk.office.rotate(_BOSS, key_id, 600)

    with pytest.raises(BadOrder, match="overlap_seconds: leaves no room: 10 earlier secrets"):
        await desk.office.rotate(_BOSS, key_id, 600)
    ended = (await desk.office.rotate(_BOSS, key_id, 0)).after
    again = (await desk.office.rotate(_BOSS, key_id, 600)).after

    now = desk.clock.wall()
    assert [] == [one for one in ended.replaced if one.until > now]
    assert 1 == len([one for one in again.replaced if one.until > now])


@pytest.mark.parametrize("seconds", [-1, 91 * 24 * 3600, float("nan")])
async def test_an_overlap_is_bounded(desk: Desk, seconds: float) -> None:
    """
    A secret that is never taken back is no rotation.
    """
    made = await desk.make()

    with pytest.raises(BadOrder, match="overlap_seconds"):
        await desk.office.rotate(_BOSS, made.after.id, seconds)


async def test_a_block_can_be_lifted_and_a_revocation_not(desk: Desk) -> None:
    """
    A revoked key stays revoked whatever is wanted of it.
    """
    key_id = (await desk.make()).after.id

    blocked = (await desk.office.block(_BOSS, key_id)).after.blocked
    lifted = (await desk.office.unblock(_BOSS, key_id)).after.blocked
    revoked = (await desk.office.revoke(_BOSS, key_id)).after.revoked_at

    assert (True, False, desk.clock.wall()) == (blocked, lifted, revoked)
    for again in (
        desk.office.unblock(_BOSS, key_id),
        desk.office.rotate(_BOSS, key_id, 0),
        desk.office.update(_BOSS, key_id, KeyOrder(label="x")),
        desk.office.revoke(_BOSS, key_id),
    ):
        with pytest.raises(BadOrder, match="was revoked"):
            await again


async def test_every_act_says_who_did_what_when(desk: Desk) -> None:
    """
    In the document itself, which is where the next one looks.
    """
    made = await desk.make()
    desk.clock.advance(5)

    changed = await desk.office.update(_OF_ACME, made.after.id, KeyOrder(label="till"))

    acts = [(act.actor, act.act) for act in changed.after.history]
    assert [("boss", "created"), ("theirs", "changed")] == acts
    assert (made.after, "changed") == (changed.before, changed.act)


async def test_an_old_date_need_not_be_in_the_future_for_another_change(desk: Desk) -> None:
    """
    An expired key can still be labelled, and given a new date.
    """
    key_id = (await desk.make(expires_at=desk.clock.wall() + 10)).after.id
    desk.clock.advance(20)

    labelled = await desk.office.update(_BOSS, key_id, KeyOrder(label="late"))
    renewed = await desk.office.update(_BOSS, key_id, KeyOrder(expires_at=desk.clock.wall() + 10))
    with pytest.raises(BadOrder, match="expires_at"):
        await desk.office.update(_BOSS, key_id, KeyOrder(expires_at=desk.clock.wall() - 1))

    assert ("late", "active") == (labelled.after.label, renewed.after.standing(desk.clock.wall()))


async def test_of_two_who_change_at_once_neither_is_lost(desk: Desk) -> None:
    """
    The second reads again and adds to the first.
    """
    key_id = (await desk.make()).after.id

    await asyncio.gather(
        desk.office.block(_BOSS, key_id),
        desk.office.update(_BOSS, key_id, KeyOrder(label="x")),
        desk.office.update(_BOSS, key_id, KeyOrder(models=("m",))),
    )

    found: KeyDocument = await desk.office.find(_BOSS, key_id)
    assert (True, "x", ("m",), 4) == (found.blocked, found.label, found.models, len(found.history))


async def test_with_the_store_down_nothing_is_changed(desk: Desk) -> None:
    """
    And whoever wanted it is told.
    """
    key_id = (await desk.make()).after.id
    desk.store.fail()

    with pytest.raises(StateUnavailable):
        await desk.office.revoke(_BOSS, key_id)
    with pytest.raises(StateUnavailable):
        await desk.make()


async def test_a_damaged_document_is_no_key(desk: Desk) -> None:
    """
    It hides no other key, and nothing can be done to it.
    """
    made = (await desk.make()).after
    await desk.store.write(KIND, "damaged", b"{")

    assert [made] == await desk.office.list(_BOSS)
    with pytest.raises(UnknownKey):
        await desk.office.revoke(_BOSS, "damaged")
