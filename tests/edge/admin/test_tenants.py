"""Tenants and policies as administrators see them."""

import json

import pytest

from tests.edge.admin.office import Office

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

    assert "policy.ordered" == told.kind
    assert (before, office.house.gateway.book.version) == (told.facts["before"], told.facts["after"])
    assert office.house.gateway.book.has_tenant("bolt")
    assert (await office.make(tenant="bolt"))["key"]


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
