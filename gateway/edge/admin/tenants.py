"""Tenants and policies, as administrators see them: /admin/v1/tenants, /admin/v1/policy."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from gateway.audit.holds import HoldStands
from gateway.edge.admin.act import AdminRoute, AdminVisit, Done, NoWish
from gateway.edge.admin.refusals import BadAdminRequest, NoSuchThing
from gateway.foundation.keys import NoDataKey
from gateway.identity.scopes import ADMIN_OWNER, ADMIN_POLICY, ADMIN_READ
from gateway.policy.book import PolicyBook
from gateway.vocabulary.notice import Notice


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of a thing once more, so that nothing is destroyed by a slip."""

    confirm: str


class TenantRoutes:
    """
    What the documents say now, reading them again, and forgetting a tenant.

    `reload` waits, and says whether the documents were good; if they were,
    `reload_others` has the other workers of this gateway read them, too.
    """

    def __init__(
        self,
        reload: Callable[[], bool],
        book: Callable[[], PolicyBook],
        destroy_data_key: Callable[[str], Awaitable[None]],
        reload_others: Callable[[], object],
    ) -> None:
        self._reload = reload
        self._book = book
        self._destroy_data_key = destroy_data_key
        self._reload_others = reload_others

    def routes(self) -> list[AdminRoute]:
        """Return all of them."""
        return [
            AdminRoute("GET", "/admin/v1/me", ADMIN_READ, self._me),
            AdminRoute("GET", "/admin/v1/tenants", ADMIN_READ, self._list),
            AdminRoute("GET", "/admin/v1/tenants/{name}", ADMIN_READ, self._show),
            AdminRoute("POST", "/admin/v1/tenants/{name}/destroy-data-key", ADMIN_OWNER, self._destroy),
            AdminRoute("POST", "/admin/v1/policy/reload", ADMIN_POLICY, self._read_again),
        ]

    async def _me(self, visit: AdminVisit) -> Done:
        actor = visit.actor
        return Done({"actor": actor.name, "tenant": actor.tenant, "scopes": sorted(actor.scopes)})

    async def _list(self, visit: AdminVisit) -> Done:
        names = [name for name in visit.book.plans if visit.actor.reaches(name)]
        return Done({"object": "list", "data": [_described(visit.book, name) for name in sorted(names)]})

    async def _show(self, visit: AdminVisit) -> Done:
        name = visit.path["name"]
        if not visit.actor.reaches(name) or not visit.book.has_tenant(name):
            raise NoSuchThing("There is no such tenant.", param="name")
        return Done(_described(visit.book, name))

    async def _destroy(self, visit: AdminVisit) -> Done:
        name = visit.path["name"]
        if not visit.actor.sees_all:
            raise NoSuchThing("Data keys are destroyed by owners of the whole gateway.")
        wish: Confirmation = visit.wish(Confirmation)
        if wish.confirm != name:
            raise BadAdminRequest(f"Say in confirm that you mean '{name}'.", param="confirm")
        try:
            await self._destroy_data_key(name)
        except NoDataKey as error:
            raise NoSuchThing("There is no data key of such a tenant.", param="name") from error
        except HoldStands as held:
            raise BadAdminRequest(str(held), param="name") from held
        visit.tell(Notice("tenant.key_destroyed", {"actor": visit.actor.name, "tenant": name}))
        return Done({"tenant": name, "destroyed": True})

    async def _read_again(self, visit: AdminVisit) -> Done:
        if not visit.actor.sees_all:
            raise NoSuchThing("The policies are read by administrators of all tenants.")
        visit.wish(NoWish)
        before = visit.book.version
        if not await asyncio.to_thread(self._reload):
            raise BadAdminRequest(
                "The policies have mistakes and the old ones stay in force. The gateway's log names file and "
                "key; so does `deepseek-gateway policy check`."
            )
        self._reload_others()
        after = self._book().version
        facts = {"actor": visit.actor.name, "what": "policy", "before": before, "after": after}
        visit.tell(Notice("admin.changed", facts))
        return Done({"version": after, "previous": before})


def _described(book: PolicyBook, name: str) -> dict[str, Any]:
    projects = book.keyring.standings.get(name, {})
    return {
        "tenant": name,
        "plan": book.plans[name].name,
        "policy": book.version,
        "projects": {
            project: {
                "models": list(book.offers[name][project].entries),
                "disabled": any(one.disabled for one in conditions),
                "networks": [[str(net) for net in one.networks] for one in conditions if one.networks],
            }
            for project, conditions in projects.items()
        },
    }
