"""Keys, as administrators make and change them: /admin/v1/keys."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gateway.edge.admin.act import AdminRoute, AdminVisit, Done, NoWish
from gateway.edge.admin.refusals import BadAdminRequest
from gateway.foundation.clock import Clock
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.durations import span_seconds
from gateway.identity.key_document import DEFAULT_PROJECT
from gateway.identity.key_notice import key_notice
from gateway.identity.key_office import KeyChange, KeyOffice
from gateway.identity.key_orders import KeyOrder
from gateway.identity.key_view import key_view
from gateway.identity.rules import moment
from gateway.identity.scopes import ADMIN_KEYS, ADMIN_READ

_PATH = "/admin/v1/keys"
_PAGE = 100
_LARGEST_PAGE = 1000
_USUAL_OVERLAP_SECONDS = 86_400.0


class KeyWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a key; `expires_at` is a date or time, `expires_in` a span such as 90d."""

    label: str | UnsetType = UNSET
    scopes: tuple[str, ...] | UnsetType = UNSET
    role: str | UnsetType = UNSET
    models: tuple[str, ...] | UnsetType = UNSET
    networks: tuple[str, ...] | UnsetType = UNSET
    limits: Any = UNSET
    cache: Any = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET
    expires_at: str | UnsetType | None = UNSET
    expires_in: str | UnsetType = UNSET


class NewKeyWish(KeyWish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of a key that is made; without a tenant it is one of the administrator's own."""

    tenant: str | None = None
    project: str = DEFAULT_PROJECT


class RotationWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old secret stays good."""

    overlap_seconds: float = _USUAL_OVERLAP_SECONDS


class KeyRoutes:
    """
    The routes of keys; the work itself is the office's.

    `catch_up` makes this process know a change before it is told to be done.
    """

    def __init__(self, office: KeyOffice, clock: Clock, catch_up: Callable[[], Awaitable[None]]) -> None:
        self._office = office
        self._clock = clock
        self._catch_up = catch_up

    def routes(self) -> list[AdminRoute]:
        """Return all of them."""
        one = _PATH + "/{id}"
        return [
            AdminRoute("GET", _PATH, ADMIN_READ, self._list, ("tenant", "offset", "limit")),
            AdminRoute("POST", _PATH, ADMIN_KEYS, self._create),
            AdminRoute("GET", one, ADMIN_READ, self._show),
            AdminRoute("PATCH", one, ADMIN_KEYS, self._update),
            AdminRoute("DELETE", one, ADMIN_KEYS, self._revoke),
            AdminRoute("POST", one + "/rotate", ADMIN_KEYS, self._rotate),
            AdminRoute("POST", one + "/block", ADMIN_KEYS, self._block),
            AdminRoute("POST", one + "/unblock", ADMIN_KEYS, self._unblock),
            AdminRoute("POST", one + "/revoke", ADMIN_KEYS, self._revoke),
        ]

    async def done(self, visit: AdminVisit, change: KeyChange, status: int = 200) -> Done:
        """Tell of a change, and return it as it is shown, once this process obeys it."""
        visit.tell(key_notice(visit.actor.name, change, self._clock.wall()))
        # What was written is written; where the store has just gone silent, followers hear of it later.
        with suppress(StateUnavailable):
            await self._catch_up()
        return Done(self.view(change), status)

    def view(self, change: KeyChange) -> dict[str, Any]:
        """Return a key after a change, with its secret if there is a new one."""
        shown = key_view(change.after, self._clock.wall())
        return shown if change.secret is None else shown | {"key": change.secret.reveal()}

    async def _list(self, visit: AdminVisit) -> Done:
        documents = await self._office.list(visit.actor, visit.query.get("tenant"))
        start, size = visit.number("offset", 0), min(visit.number("limit", _PAGE), _LARGEST_PAGE)
        now = self._clock.wall()
        page = [key_view(document, now) for document in documents[start : start + size]]
        return Done({"object": "list", "data": page, "total": len(documents)})

    async def _show(self, visit: AdminVisit) -> Done:
        document = await self._office.find(visit.actor, visit.path["id"])
        return Done(key_view(document, self._clock.wall()))

    async def _create(self, visit: AdminVisit) -> Done:
        wish: NewKeyWish = visit.wish(NewKeyWish)
        tenant = visit.actor.tenant if wish.tenant is None else wish.tenant
        order = self._order(wish)
        change = await self._office.create(visit.actor, tenant, order, project=wish.project)
        return await self.done(visit, change, 201)

    async def _update(self, visit: AdminVisit) -> Done:
        order = self._order(visit.wish(KeyWish))
        return await self.done(visit, await self._office.update(visit.actor, visit.path["id"], order))

    async def _rotate(self, visit: AdminVisit) -> Done:
        wish: RotationWish = visit.wish(RotationWish)
        change = await self._office.rotate(visit.actor, visit.path["id"], wish.overlap_seconds)
        return await self.done(visit, change)

    async def _block(self, visit: AdminVisit) -> Done:
        visit.wish(NoWish)
        return await self.done(visit, await self._office.block(visit.actor, visit.path["id"]))

    async def _unblock(self, visit: AdminVisit) -> Done:
        visit.wish(NoWish)
        return await self.done(visit, await self._office.unblock(visit.actor, visit.path["id"]))

    async def _revoke(self, visit: AdminVisit) -> Done:
        visit.wish(NoWish)
        return await self.done(visit, await self._office.revoke(visit.actor, visit.path["id"]))

    def _order(self, wish: KeyWish) -> KeyOrder:
        names = ("label", "scopes", "role", "models", "networks", "limits", "cache", "metadata")
        said: dict[str, Any] = {name: getattr(wish, name) for name in names}
        return KeyOrder(**said, expires_at=expiry_of(wish.expires_at, wish.expires_in, self._clock.wall()))


def expiry_of(
    at: str | UnsetType | None, span: str | UnsetType | None, now_wall: float
) -> float | UnsetType | None:
    """Return when a key is to expire; refuse what is no date or span, and both together."""
    if at is not UNSET and span is not UNSET:
        raise BadAdminRequest("Say expires_at or expires_in, not both.", param="expires_in")
    try:
        if isinstance(span, str):
            return now_wall + span_seconds(span)
    except ValueError as error:
        raise BadAdminRequest(f"expires_in {error}.", param="expires_in") from error
    try:
        return moment(at) if isinstance(at, str) else at
    except (ValueError, OverflowError) as error:
        raise BadAdminRequest(
            "expires_at is no date; write 2027-12-31 or 2027-12-31T18:00:00+01:00.", param="expires_at"
        ) from error
