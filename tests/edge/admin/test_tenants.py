"""Tenants and policies as administrators see them."""

import json
from contextlib import suppress

import pytest

from gateway.audit.holds import Hold, Holds
from gateway.edge.admin.act import AdminVisit
from gateway.edge.admin.refusals import BadAdminRequest
from gateway.edge.admin.tenants import TenantRoutes
from gateway.identity.key_orders import Actor
from gateway.identity.scopes import ADMIN_POLICY, ADMIN_TENANT
from tests.edge.admin.office import Office
from tests.fakes.small_house import a_book

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def test_one_can_ask_who_one_is(office: Office) -> None:
    """
    With what one may.
    """
    answer = await office.ask("GET", "/admin/v1/me")

    assert "_gateway/admin" == answer.document["actor"]
    assert "admin:owner" in answer.document["scopes"]


async def test_tenants_are_shown_as_the_documents_have_them(office: Office) -> None:
    """
    Each with its projects and what they may use; no key, no credential.
    """
    listed = await office.ask("GET", "/admin/v1/tenants")
    gone = await office.ask("GET", "/admin/v1/tenants/gone")

    assert ["acme", "at-home", "gone"] == [one["tenant"] for one in listed.document["data"]]
    assert gone.document["projects"]["default"]["disabled"]
    assert b"sha256" not in listed.body
    assert b"sk-upstream" not in listed.body


async def test_a_tenant_that_is_not_yours_is_not_there(office: Office) -> None:
    """
    Like one that never was.
    """
    admin = (await office.make(role="tenant_admin"))["key"]

    listed = await office.ask("GET", "/admin/v1/tenants", key=admin)
    other = await office.ask("GET", "/admin/v1/tenants/at-home", key=admin)
    none = await office.ask("GET", "/admin/v1/tenants/none", key=admin)

    assert ["acme"] == [one["tenant"] for one in listed.document["data"]]
    assert (404, other.error["message"]) == (none.status, none.error["message"])


async def test_the_policies_are_read_again_on_order(office: Office) -> None:
    """
    The answer names the new version; who ordered it is told.
    """
    path = office.house.folder / "policies" / "tenants" / "bolt.yaml"
    before = office.house.gateway.book.version
    path.write_text(json.dumps({"tenant": "bolt", "plan": "basic", "residency": "external"}))

    (told,) = await office.told_of("POST", "/admin/v1/policy/reload")

    assert "admin.changed" == told.kind
    assert (before, office.house.gateway.book.version) == (told.facts["before"], told.facts["after"])
    assert office.house.gateway.book.has_tenant("bolt")
    assert (await office.make(tenant="bolt"))["key"]


@pytest.mark.parametrize(("is_taken", "expected"), [(True, ["read", "others"]), (False, ["read"])])
async def test_the_other_workers_read_what_this_one_has_taken(*, is_taken: bool, expected: list[str]) -> None:
    """
    Each has policies of its own; of documents with mistakes they need not hear.
    """
    done: list[str] = []

    def read() -> bool:
        done.append("read")
        return is_taken

    async def destroy(_tenant: str) -> None:
        raise AssertionError

    routes = TenantRoutes(read, a_book, destroy, lambda: done.append("others")).routes()
    (reload,) = [route for route in routes if route.path == "/admin/v1/policy/reload"]
    visit = AdminVisit(Actor("boss", ADMIN_TENANT, frozenset({ADMIN_POLICY})), a_book(), {}, {})
    with suppress(BadAdminRequest):
        await reload.act(visit)

    assert expected == done


async def test_bad_policies_are_not_taken(office: Office) -> None:
    """
    The old ones stay in force, and the order is refused.
    """
    path = office.house.folder / "policies" / "tenants" / "bad.yaml"
    path.write_text("tenant: 5")
    before = office.house.gateway.book.version

    answer = await office.ask("POST", "/admin/v1/policy/reload")
    path.unlink()

    assert (400, before) == (answer.status, office.house.gateway.book.version)


async def test_the_administrator_of_a_tenant_does_not_order_policies(office: Office) -> None:
    """
    They are everyone's.
    """
    admin = await office.make(scopes=["admin:policy"])

    answer = await office.ask("POST", "/admin/v1/policy/reload", key=admin["key"])

    assert 404 == answer.status


async def test_a_tenant_is_forgotten_when_its_name_is_said_twice(office: Office) -> None:
    """
    The fresh data key is in force at once, and who did it is told.
    """
    path = "/admin/v1/tenants/at-home/destroy-data-key"
    keys = office.house.gateway.credentials._state.keys
    before = keys.derive("at-home", "test")

    slips = [await office.ask("POST", path, body) for body in ({}, {"confirm": "acme"})]
    kept = keys.derive("at-home", "test")
    (told,) = await office.told_of("POST", path, {"confirm": "at-home"})
    nobody = [
        await office.ask("POST", f"/admin/v1/tenants/{name}/destroy-data-key", {"confirm": name})
        for name in ("x", "_gateway")
    ]

    assert [(400, "confirm")] * 2 == [(one.status, one.error["param"]) for one in slips]
    assert before == kept
    assert before != keys.derive("at-home", "test")
    assert ("tenant.key_destroyed", "at-home") == (told.kind, told.facts["tenant"])
    assert [404, 404] == [one.status for one in nobody]


async def test_no_tenant_is_forgotten_under_a_hold(office: Office) -> None:
    """
    Its kept texts could be read by nobody any more; the refusal says which hold it is.
    """
    credentials = office.house.gateway.credentials
    before = credentials._state.keys.derive("at-home", "test")
    holds = Holds(credentials.store)
    await holds.place(Hold(name="file-7", tenant="at-home", placed="2027-01-15"))

    answer = await office.ask("POST", "/admin/v1/tenants/at-home/destroy-data-key", {"confirm": "at-home"})
    await holds.lift("file-7")

    assert 400 == answer.status
    assert "file-7" in answer.error["message"]
    assert before == credentials._state.keys.derive("at-home", "test")


async def test_only_an_owner_forgets_a_tenant(office: Office) -> None:
    """
    Neither an operator nor the tenant's own administrator.
    """
    path, body = "/admin/v1/tenants/acme/destroy-data-key", {"confirm": "acme"}
    operator = (await office.make(tenant="_gateway", role="operator"))["key"]
    theirs = (await office.make(scopes=["admin:owner"]))["key"]

    assert 403 == (await office.ask("POST", path, body, key=operator)).status
    assert 404 == (await office.ask("POST", path, body, key=theirs)).status


async def test_failed_credentials_are_counted(office: Office) -> None:
    """
    Whoever watches sees that somebody guesses.
    """
    before = (await office.house.metrics())["gateway_failed_credentials"]

    await office.ask("GET", "/admin/v1/me", key="a wrong key")
    await office.house.chat(key="another wrong key")

    assert before + 2 == (await office.house.metrics())["gateway_failed_credentials"]
