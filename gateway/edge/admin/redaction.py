"""What redaction would do, as administrators see it: /admin/v1/redaction/preview."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.refusals import BadAdminRequest, NoSuchThing
from gateway.identity.scopes import ADMIN_POLICY
from gateway.redaction.preview import preview
from gateway.redaction.redactor import Redactor


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to look at; as a message of which tenant, and under which profile (all of them if not said)."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000)]
    tenant: str | None = None
    profile: str | None = None


class RedactionRoutes:
    """Show what each profile would send of a text; nothing is sent, and nothing of the text is kept."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def routes(self) -> list[AdminRoute]:
        """Return the one there is."""
        return [AdminRoute("POST", "/admin/v1/redaction/preview", ADMIN_POLICY, self._preview)]

    async def _preview(self, visit: AdminVisit) -> Done:
        wish: Wish = visit.wish(Wish)
        profiles = visit.book.profiles
        tenant = wish.tenant if wish.tenant is not None else visit.actor.tenant
        if not visit.actor.reaches(tenant) or not visit.book.has_tenant(tenant):
            raise NoSuchThing("There is no such tenant.", param="tenant")
        if wish.profile is not None and wish.profile not in profiles:
            known = ", ".join(sorted(profiles)) or "none"
            raise BadAdminRequest(f"There is no such profile; there are: {known}.", param="profile")
        chosen = [profiles[name] for name in sorted(profiles) if wish.profile in (None, name)]
        shown = [await preview(self._redactor, profile, wish.text, tenant) for profile in chosen]
        return Done({"object": "list", "data": [one.as_document() for one in shown]})
