"""The one who makes, changes and takes back keys, for the command line and for administrators alike."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from gateway.foundation.clock import Clock
from gateway.foundation.secret import Secret
from gateway.foundation.state_store import NEW, Entry, StateConflict, StateStore
from gateway.identity.api_key import MintedKey, mint
from gateway.identity.key_document import (
    DEFAULT_PROJECT,
    KIND,
    KeyAct,
    KeyDocument,
    decode_key,
    encode_key,
)
from gateway.identity.key_orders import (
    Actor,
    HasProject,
    KeyOrder,
    VetSection,
    apply_order,
    expiry_objection,
    objections_to,
    reach_objections,
)

LONGEST_OVERLAP_SECONDS = 90 * 24 * 3600.0
_TRIES = 5


class BadOrder(Exception):
    """What was wanted cannot be; `field` is at fault."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class UnknownKey(Exception):
    """There is no such key among those made at run time, or the actor may not know of it."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"there is no key '{key_id[:64]}' that was made at run time")


class KeyChange(msgspec.Struct, frozen=True):
    """What was done to a key; `secret` is there only when there is one to be shown, once."""

    act: str
    before: KeyDocument | None
    after: KeyDocument
    secret: Secret | None = None


class KeyOffice:
    """
    Work on the keys in the state store; everything is compare-and-set.

    What a document says is checked in `key_orders`; a revoked key stays
    revoked, whatever is wanted of it.
    """

    def __init__(
        self, store: StateStore, clock: Clock, *, has_project: HasProject, vet_section: VetSection
    ) -> None:
        self._store = store
        self._clock = clock
        self._has_project = has_project
        self._vet_section = vet_section

    async def create(
        self, actor: Actor, tenant: str, order: KeyOrder, *, project: str = DEFAULT_PROJECT
    ) -> KeyChange:
        """Make a key; raise `BadOrder`."""
        minted, now = mint(), self._clock.wall()
        bare = KeyDocument(id=minted.key_id, hash=minted.hash, tenant=tenant, project=project, created_at=now)
        wanted = apply_order(bare, order)
        self._vet(actor, order, None, wanted)
        made = wanted.acted(KeyAct(now, actor.name, "created"))
        await self._store.write(KIND, made.id, encode_key(made), expected=NEW)
        return KeyChange("created", None, made, minted.text)

    async def find(self, actor: Actor, key_id: str) -> KeyDocument:
        """Return a key that this actor may see; raise `UnknownKey`."""
        return (await self._read(actor, key_id))[0]

    async def list(self, actor: Actor, tenant: str | None = None) -> list[KeyDocument]:
        """Return the keys that this actor may see, of one tenant or of all, oldest first."""
        entries = await self._store.list(KIND)
        # Reading a hundred thousand takes more than a second, in which requests have their turn.
        return await asyncio.to_thread(_those_of, actor, tenant, entries)

    async def update(
        self, actor: Actor, key_id: str, order: KeyOrder | Callable[[KeyDocument], KeyOrder]
    ) -> KeyChange:
        """
        Change what a key may do; raise `BadOrder` or `UnknownKey`.

        An order that depends on what the key is now is made from it, anew when another was quicker.
        """

        def change(before: KeyDocument) -> KeyDocument:
            wanted = order if isinstance(order, KeyOrder) else order(before)
            after = apply_order(before, wanted)
            self._vet(actor, wanted, before, after)
            return after

        return await self._change(actor, key_id, "changed", change)

    async def rotate(self, actor: Actor, key_id: str, overlap_seconds: float) -> KeyChange:
        """Give a key a new secret; the present one stays good for the overlap."""
        if not 0 <= overlap_seconds <= LONGEST_OVERLAP_SECONDS:
            raise BadOrder("overlap_seconds", f"is between 0 and {LONGEST_OVERLAP_SECONDS:.0f} (90 days)")
        minted: MintedKey = mint(key_id=key_id)
        now = self._clock.wall()

        def change(before: KeyDocument) -> KeyDocument:
            after = before.replaced_by(minted.hash, now + overlap_seconds)
            if _ends_early(before, after, now):
                raise BadOrder(
                    "overlap_seconds",
                    f"leaves no room: {len(after.replaced)} earlier secrets are good still, and no more are "
                    "kept; wait for the end of one, or say 0, which ends all of them",
                )
            return after

        changed = await self._change(actor, key_id, "rotated", change)
        return msgspec.structs.replace(changed, secret=minted.text)

    async def block(self, actor: Actor, key_id: str) -> KeyChange:
        """Let a key be refused until it is unblocked."""
        return await self._change(actor, key_id, "blocked", lambda one: _with(one, blocked=True))

    async def unblock(self, actor: Actor, key_id: str) -> KeyChange:
        """Let a blocked key be good again."""
        return await self._change(actor, key_id, "unblocked", lambda one: _with(one, blocked=False))

    async def revoke(self, actor: Actor, key_id: str) -> KeyChange:
        """Take a key back for good: it answers like one that never was."""
        now = self._clock.wall()
        return await self._change(actor, key_id, "revoked", lambda one: _with(one, revoked_at=now))

    async def _read(self, actor: Actor, key_id: str) -> tuple[KeyDocument, int]:
        entry = await self._store.read(KIND, key_id)
        document = None if entry is None else _readable(entry)
        if entry is None or document is None or not actor.reaches(document.tenant):
            raise UnknownKey(key_id)
        return document, entry.version

    async def _change(
        self, actor: Actor, key_id: str, act: str, change: Callable[[KeyDocument], KeyDocument]
    ) -> KeyChange:
        for tries_left in reversed(range(_TRIES)):
            before, version = await self._read(actor, key_id)
            _refuse(reach_objections(actor, before, before))
            if before.revoked_at is not None:
                raise BadOrder("key", "was revoked, which is for good; make a new one")
            after = change(before).acted(KeyAct(self._clock.wall(), actor.name, act))
            try:
                await self._store.write(KIND, key_id, encode_key(after), expected=version)
            except StateConflict:
                if not tries_left:
                    raise
                continue
            return KeyChange(act, before, after)
        raise AssertionError("the last try returns or raises")

    def _vet(self, actor: Actor, order: KeyOrder, before: KeyDocument | None, after: KeyDocument) -> None:
        _refuse(reach_objections(actor, before, after))
        _refuse(objections_to(after, order, has_project=self._has_project, vet_section=self._vet_section))
        if before is None or before.expires_at != after.expires_at:
            _refuse(expiry_objection(after, self._clock.wall()))


def _readable(entry: Entry) -> KeyDocument | None:
    """Return a document, or None where it was damaged: no key, here as at the door."""
    try:
        return decode_key(entry.value or b"")
    except msgspec.MsgspecError:
        return None


def _those_of(actor: Actor, tenant: str | None, entries: Iterable[Entry]) -> list[KeyDocument]:
    found = (_readable(entry) for entry in entries)
    mine = [
        one for one in found if one is not None and actor.reaches(one.tenant) and tenant in (None, one.tenant)
    ]
    return sorted(mine, key=lambda one: (one.created_at, one.id))


def _ends_early(before: KeyDocument, after: KeyDocument, now_wall: float) -> bool:
    """Whether a secret that may stay good is no more among the earlier ones."""
    kept, until = {one.hash for one in after.replaced}, after.replaced[-1].until
    return any(min(one.until, until) > now_wall and one.hash not in kept for one in before.replaced)


def _refuse(objections: Iterable[tuple[str, str]]) -> None:
    for field, reason in objections:
        raise BadOrder(field, reason)


def _with(document: KeyDocument, **changes: object) -> KeyDocument:
    return msgspec.structs.replace(document, **changes)
