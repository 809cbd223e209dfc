"""The audit log, as auditors read it: /admin/v1/audit/... Every look is recorded in it."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gateway.audit.review.columns import SHOWN
from gateway.audit.review.inspector import Verification
from gateway.audit.review.lookup import KINDS
from gateway.audit.review.question import Question
from gateway.audit.review.reader import LogReader, Reading
from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.refusals import BadAdminRequest, NoSuchThing
from gateway.identity.scopes import ADMIN_AUDIT

_MOST_RECORDS = 1000
_FORMS = ("rows", "ocsf", "ecs")


class Pins(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public keys that the auditor keeps."""

    pins: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=100)] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value to be looked for, in the body so that no access line has it."""

    tenant: str
    value: str
    kinds: tuple[str, ...] = ()


class AuditRoutes:
    """What an auditor may ask; one of a tenant is answered about that tenant alone."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    def routes(self) -> list[AdminRoute]:
        """Return all of them."""
        return [
            AdminRoute("GET", "/admin/v1/audit/records", ADMIN_AUDIT, self._records, None),
            AdminRoute("GET", "/admin/v1/audit/report", ADMIN_AUDIT, self._report, None),
            AdminRoute("GET", "/admin/v1/audit/proofs/{request_id}", ADMIN_AUDIT, self._proof),
            AdminRoute("POST", "/admin/v1/audit/verify", ADMIN_AUDIT, self._verify),
            AdminRoute("GET", "/admin/v1/audit/verify/{verification_id}", ADMIN_AUDIT, self._verification),
            AdminRoute("POST", "/admin/v1/audit/lookup", ADMIN_AUDIT, self._lookup),
        ]

    async def _records(self, visit: AdminVisit) -> Done:
        query = dict(visit.query)
        columns = [name.strip() for name in query.pop("columns", "").split(",") if name.strip()]
        form = query.pop("format", "rows")
        if form not in _FORMS:
            raise BadAdminRequest(f"format is one of {', '.join(_FORMS)}.", param="format")
        question = _question(query)
        if question.limit > _MOST_RECORDS:
            raise BadAdminRequest(f"limit is at most {_MOST_RECORDS}.", param="limit")
        found = await self._reader.records(_reading(visit, question.tenant), question, columns or SHOWN, form)
        return Done({"object": "list", "data": found})

    async def _report(self, visit: AdminVisit) -> Done:
        query = dict(visit.query)
        if other := sorted(set(query) - {"since", "until", "tenant"}):
            raise BadAdminRequest("A report takes since, until and tenant.", param=other[0])
        question = _question(query)
        return Done(await self._reader.report(_reading(visit, question.tenant), question))

    async def _proof(self, visit: AdminVisit) -> Done:
        return Done(await self._reader.proof(_reading(visit, None), visit.path["request_id"]))

    async def _verify(self, visit: AdminVisit) -> Done:
        wish: Pins = visit.wish(Pins)
        return Done(_told(await self._reader.begin_verification(_of_all(visit), wish.pins)), 202)

    async def _verification(self, visit: AdminVisit) -> Done:
        one = await self._reader.verification(_of_all(visit), visit.path["verification_id"])
        if one is None:
            raise NoSuchThing(
                "This machine knows no such verification: it keeps the last one, and others have their own."
            )
        return Done(_told(one))

    async def _lookup(self, visit: AdminVisit) -> Done:
        wish: Wanted = visit.wish(Wanted)
        if not set(wish.kinds) <= set(KINDS):
            raise BadAdminRequest(f"kinds are among {', '.join(KINDS)}.", param="kinds")
        found = await self._reader.lookup(_reading(visit, wish.tenant), wish.tenant, wish.value, wish.kinds)
        if not found:
            # Without a key there is no hash to look for, which is another answer than "never here".
            raise NoSuchThing(
                "The tenant has no look-up key: it is unknown, or its periods were forgotten.", param="tenant"
            )
        return Done({"object": "list", "data": found})


def _told(one: Verification) -> dict[str, Any]:
    said = msgspec.to_builtins(one) | {"status": one.status, "good": one.is_good}
    return {"object": "audit.verification", **said}


def _of_all(visit: AdminVisit) -> Reading:
    if not visit.actor.sees_all:
        raise NoSuchThing("The whole log is verified by auditors of all tenants.")
    return _reading(visit, None)


def _reading(visit: AdminVisit, tenant: str | None) -> Reading:
    if tenant is not None and not visit.actor.reaches(tenant):
        raise NoSuchThing("There is no such tenant.", param="tenant")
    return Reading(visit.actor.name, None if visit.actor.sees_all else visit.actor.tenant)


def _question(query: Mapping[str, Any]) -> Question:
    for name in query:
        if name not in Question.__struct_fields__:
            raise BadAdminRequest(
                f"There is no filter of that name. There are: {', '.join(Question.__struct_fields__)}.",
                param=name[:64],
            )
    try:
        return msgspec.convert(query, Question, strict=False)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("`$.")[2].rstrip("`")
        raise BadAdminRequest(f"The question cannot be read: {error}.", param=place or None) from error
