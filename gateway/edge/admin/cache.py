"""The response cache, as administrators make it forget: /admin/v1/cache/purge."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.cache.purge import Purge
from gateway.cache.purges import order_purge
from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.refusals import BadAdminRequest, NoSuchThing
from gateway.foundation.clock import Clock
from gateway.foundation.state_store import StateStore, StateUnavailable
from gateway.identity.durations import span_seconds
from gateway.identity.scopes import ADMIN_KEYS
from gateway.vocabulary.notice import Notice

_PATH = "/admin/v1/cache/purge"


class PurgeWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose answers, and what narrows them; without a tenant the administrator's own is meant."""

    tenant: str | None = None
    project: str | None = None
    model: str | None = None
    key: str | None = None
    entry: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    older_than: str | None = None


class CacheRoutes:
    """The one route of the cache; `catch_up` makes this process obey before it says that it was ordered."""

    def __init__(self, store: StateStore, clock: Clock, catch_up: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._clock = clock
        self._catch_up = catch_up

    def routes(self) -> list[AdminRoute]:
        """Return it."""
        return [AdminRoute("POST", _PATH, ADMIN_KEYS, self._purge)]

    async def _purge(self, visit: AdminVisit) -> Done:
        wish: PurgeWish = visit.wish(PurgeWish)
        tenant = visit.actor.tenant if wish.tenant is None else wish.tenant
        _check(visit, wish, tenant)
        now = self._clock.wall()
        order = Purge(
            tenant=tenant,
            before=now - _span(wish.older_than),
            ordered_at=now,
            project=wish.project,
            model=wish.model,
            credential=wish.key,
            entry=wish.entry,
        )
        await order_purge(self._store, order)
        facts = {"actor": visit.actor.name, "what": "cache", "tenant": tenant}
        visit.tell(Notice("admin.changed", facts))
        # The order is kept; where the store has just gone silent, this process hears of it like all others.
        with suppress(StateUnavailable):
            await self._catch_up()
        return Done({"tenant": tenant, "ordered": True}, 202)


def _check(visit: AdminVisit, wish: PurgeWish, tenant: str) -> None:
    """Refuse what is not there: a typing error must not look like a purge."""
    book = visit.book
    if not visit.actor.reaches(tenant) or not book.has_tenant(tenant):
        raise NoSuchThing("There is no such tenant.", param="tenant")
    offers = book.offers[tenant]
    if wish.project is not None and wish.project not in offers:
        raise BadAdminRequest("project is none of this tenant's.", param="project")
    models = {terms.model for offer in offers.values() for terms in offer.terms.values()}
    if wish.model is not None and wish.model not in models:
        raise BadAdminRequest(
            "model is none that this tenant may use; write its own name, not an alias.", param="model"
        )


def _span(text: str | None) -> float:
    if text is None:
        return 0.0
    try:
        return span_seconds(text)
    except ValueError as error:
        raise BadAdminRequest(f"older_than {error}.", param="older_than") from error
