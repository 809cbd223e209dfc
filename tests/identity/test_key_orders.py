"""What may be said about a key, and by whom."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import UNSET

from gateway.identity.key_document import KeyDocument
from gateway.identity.key_orders import (
    Actor,
    KeyOrder,
    apply_order,
    expiry_objection,
    objections_to,
    reach_objections,
)
from gateway.identity.scopes import ADMIN_TENANT, ROLES
from tests.identity.test_key_document import a_document

_NOW = 1_800_000_000.0


def vet_section(document: KeyDocument, name: str) -> Iterator[tuple[str, str]]:
    """Accept limits of the kind `requests`, and a cache that is off."""
    if name == "cache" and document.cache != {"enabled": False}:
        yield ".enabled", "is on"
    for place, limit in enumerate(document.limits if name == "limits" else ()):
        if limit.get("kind") != "requests":
            yield f"[{place}].kind", "is none"


def has_project(tenant: str, project: str) -> bool:
    """Whether the tests' policy knows this project."""
    return tenant == "acme" and project in ("default", "shop")


def fields_at_fault(tenant: str = "acme", project: str = "default", **order: Any) -> list[str]:
    """Which fields of a wanted key are objected to."""
    wanted = KeyOrder(**order)
    document = apply_order(a_document(tenant=tenant, project=project), wanted)
    found = objections_to(document, wanted, has_project=has_project, vet_section=vet_section)
    return [field for field, _ in found]


def test_what_is_not_said_stays_as_it_is() -> None:
    """
    An order changes what it names, and None is a word.
    """
    document = a_document(label="old", models=("m",), expires_at=_NOW)

    changed = apply_order(document, KeyOrder(label="new", expires_at=None))

    assert ("new", ("m",), None) == (changed.label, changed.models, changed.expires_at)
    assert document == apply_order(document, KeyOrder())


def test_a_role_adds_its_scopes() -> None:
    """
    To those that are given, else to those that are there.
    """
    changed = apply_order(a_document(scopes=("chat",)), KeyOrder(role="auditor"))

    assert {"chat", *ROLES["auditor"]} == set(changed.scopes)
    assert KeyOrder().role is UNSET


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"label": "für die Kasse", "metadata": {"team": ["shop"]}},
        {"scopes": ("chat", "models"), "models": ("deepseek-*", "m?"), "networks": ("10.0.0.0/8", "::1")},
        {"limits": ({"kind": "requests"},)},
        {"cache": {"enabled": False}},
        {"role": "tenant_admin"},
    ],
)
def test_a_sensible_order_is_accepted(order: dict[str, Any]) -> None:
    """
    Without a word.
    """
    assert [] == fields_at_fault(**order)


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"label": "x" * 201}, "label"),
        ({"label": "two\nlines"}, "label"),
        ({"scopes": ("two words",)}, "scopes"),
        ({"scopes": ("chat", "chta")}, "scopes"),
        ({"scopes": ("admin:everything",)}, "scopes"),
        ({"scopes": ("chat",) * 101}, "scopes"),
        ({"role": "king"}, "role"),
        ({"models": ("deep seek",)}, "models"),
        ({"networks": ("10.0.0.1/8",)}, "networks"),
        ({"limits": ({"kind": "luck"},)}, "limits[0].kind"),
        ({"cache": {"enabled": True}}, "cache.enabled"),
        ({"limits": ({"kind": "requests"},) * 1000}, "limits"),
        ({"metadata": {"text": "x" * 5000}}, "metadata"),
        ({"tenant": "other"}, "tenant"),
        ({"project": "none"}, "project"),
        ({"tenant": ADMIN_TENANT}, "scopes"),
        ({"tenant": ADMIN_TENANT, "scopes": ("chat",)}, "scopes"),
        ({"tenant": ADMIN_TENANT, "project": "shop", "role": "owner"}, "project"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(order: dict[str, Any], field: str) -> None:
    """
    So that whoever wrote it finds it.
    """
    assert [field] == fields_at_fault(**order)


@pytest.mark.parametrize(
    ("order", "fields"),
    [({"label": "new"}, []), ({"models": ("m",)}, ["limits[0].kind"]), ({"cache": None}, [])],
)
def test_what_is_not_touched_is_not_judged(order: dict[str, Any], fields: list[str]) -> None:
    """
    Earlier versions let keys have any scope, and policies change: neither hinders another change.

    Limits are judged with the models that they count.
    """
    strange: dict[str, Any] = {
        "scopes": ("own:scope",),
        "limits": [{"kind": "luck"}],
        "cache": {"enabled": 1},
    }
    before = a_document(**strange)
    wanted = KeyOrder(**order)

    found = objections_to(
        apply_order(before, wanted), wanted, has_project=has_project, vet_section=vet_section
    )

    assert fields == [field for field, _ in found]


@pytest.mark.parametrize(
    ("expires_at", "is_good"), [(None, True), (_NOW + 1, True), (_NOW, False), (1e12, False)]
)
def test_a_date_lies_in_the_future(expires_at: float | None, *, is_good: bool) -> None:
    """
    Milliseconds are no seconds.
    """
    assert is_good is ([] == list(expiry_objection(a_document(expires_at=expires_at), _NOW)))


_OWNER = Actor("owner", ADMIN_TENANT, ROLES["owner"])
_OPERATOR = Actor("operator", ADMIN_TENANT, ROLES["operator"])
_OF_ACME = Actor("theirs", "acme", ROLES["tenant_admin"])


@pytest.mark.parametrize(
    ("actor", "tenant", "scopes", "at_fault"),
    [
        (_OWNER, "acme", ("admin:keys",), []),
        (_OWNER, ADMIN_TENANT, ("admin:owner",), []),
        (_OPERATOR, "acme", ("chat", "admin:read"), []),
        (_OPERATOR, ADMIN_TENANT, ("admin:owner",), ["scopes"]),
        (_OPERATOR, ADMIN_TENANT, ("admin:audit",), ["scopes"]),
        (_OF_ACME, "acme", ("admin:keys",), []),
        (_OF_ACME, "acme", ("admin:policy",), ["scopes"]),
        (_OF_ACME, "other", (), ["tenant"]),
        (_OF_ACME, ADMIN_TENANT, ("admin:read",), ["tenant"]),
    ],
)
def test_nobody_gives_more_than_they_have(
    actor: Actor, tenant: str, scopes: tuple[str, ...], at_fault: list[str]
) -> None:
    """
    Neither another tenant's keys nor a scope of their betters.
    """
    wanted = a_document(tenant=tenant, scopes=scopes)

    assert at_fault == [field for field, _ in reach_objections(actor, None, wanted)]


def test_nobody_strips_their_betters() -> None:
    """
    An operator cannot change an owner's key into a lesser one.
    """
    before = a_document(tenant=ADMIN_TENANT, scopes=tuple(ROLES["owner"]))

    found = list(reach_objections(_OPERATOR, before, apply_order(before, KeyOrder(scopes=("admin:read",)))))

    assert ["scopes"] == [field for field, _ in found]
