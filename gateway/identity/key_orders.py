"""What may be said about a key that is made or changed: a pure decision."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gateway.identity.conditions import read_networks
from gateway.identity.key_document import DEFAULT_PROJECT, KeyDocument
from gateway.identity.scopes import ADMIN_OWNER, ADMIN_TENANT, ROLES, scope_objections

_LABEL_LENGTH = 200
_METADATA_BYTES = 4096
# Some 150 limits. Each request of the key is counted by all of them, in everybody's time.
_SECTION_BYTES = 16_384
_LIST_LENGTH = 100
# Also a number that every reader of times can show.
_YEAR_5138 = 1e11
_GLOB = re.compile(r"[A-Za-z0-9._:/@*?-]{1,128}")

VetSection = Callable[[KeyDocument, str], Iterable[tuple[str, str]]]
"""Yields place and reason of everything in a key's section of this name that would not be kept."""
HasProject = Callable[[str, str], bool]
"""Whether policy knows this project of this tenant."""


class KeyOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    What is wanted of a key.

    A field that is not said is left as it is, or as a new key has it.
    `expires_at` is in wall-clock seconds. `role` adds the scopes of one.
    """

    label: str | UnsetType = UNSET
    scopes: tuple[str, ...] | UnsetType = UNSET
    role: str | UnsetType = UNSET
    models: tuple[str, ...] | UnsetType = UNSET
    networks: tuple[str, ...] | UnsetType = UNSET
    limits: Any = UNSET
    cache: Any = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET
    expires_at: float | UnsetType | None = UNSET


class Actor(msgspec.Struct, frozen=True):
    """
    Who does something to a key, and how far their word reaches.

    An actor of one tenant sees and changes keys of that tenant alone; those of
    `ADMIN_TENANT` all. Nobody gives a scope that they have not themselves.
    """

    name: str
    tenant: str
    scopes: frozenset[str]

    @property
    def sees_all(self) -> bool:
        """Whether every tenant is theirs to administer."""
        return self.tenant == ADMIN_TENANT

    def reaches(self, tenant: str) -> bool:
        """Whether keys of this tenant are theirs to see and change."""
        return self.sees_all or self.tenant == tenant


def apply_order(document: KeyDocument, order: KeyOrder) -> KeyDocument:
    """Return the document as the order wants it."""
    wanted = {name: getattr(order, name) for name in order.__struct_fields__ if name != "role"}
    said = {name: value for name, value in wanted.items() if value is not UNSET}
    if isinstance(order.role, str):
        given = said.get("scopes", document.scopes)
        said["scopes"] = tuple(sorted({*given, *ROLES.get(order.role, ())}))
    return msgspec.structs.replace(document, **said)


def objections_to(
    document: KeyDocument, order: KeyOrder, *, has_project: HasProject, vet_section: VetSection
) -> Iterator[tuple[str, str]]:
    """Yield field and reason of everything in a wanted key that cannot be."""
    yield from _about_place(document, has_project)
    if isinstance(order.role, str) and order.role not in ROLES:
        yield "role", f"is none; the roles are {', '.join(ROLES)}"
    if len(document.label) > _LABEL_LENGTH or not document.label.isprintable():
        yield "label", f"has up to {_LABEL_LENGTH} printable characters"
    if len(msgspec.json.encode(document.metadata)) > _METADATA_BYTES:
        yield "metadata", f"is larger than {_METADATA_BYTES} bytes"
    yield from _about_lists(document)
    for _, reason in scope_objections(() if order.scopes is UNSET else order.scopes):
        yield "scopes", reason
    for name in _sections_at_stake(document, order):
        if len(msgspec.json.encode(getattr(document, name))) > _SECTION_BYTES:
            yield name, f"is larger than {_SECTION_BYTES} bytes"
            continue
        for place, reason in vet_section(document, name):
            yield f"{name}{place}", reason


def _sections_at_stake(document: KeyDocument, order: KeyOrder) -> Iterator[str]:
    # Of a section that is not touched, policy may think otherwise by now; other changes go on.
    if order.models is not UNSET:
        yield "models"
    if document.limits is not None and (order.limits is not UNSET or order.models is not UNSET):
        yield "limits"
    if document.cache is not None and order.cache is not UNSET:
        yield "cache"


def expiry_objection(document: KeyDocument, now_wall: float) -> Iterator[tuple[str, str]]:
    """Yield why a wanted date cannot be."""
    if document.expires_at is None:
        return
    if document.expires_at <= now_wall:
        yield "expires_at", "is not in the future"
    elif document.expires_at >= _YEAR_5138:
        yield "expires_at", "is too far away; a key without a date (null, or never) does not expire"


def reach_objections(
    actor: Actor, before: KeyDocument | None, after: KeyDocument
) -> Iterator[tuple[str, str]]:
    """Yield what this actor may not give, or may not touch."""
    if not actor.reaches(after.tenant):
        yield "tenant", "is another one than yours"
    if ADMIN_OWNER in actor.scopes:
        return
    held = frozenset(before.scopes) if before is not None else frozenset[str]()
    missing = sorted(scope for scope in {*held, *after.scopes} if scope.startswith("admin:"))
    if lacking := [scope for scope in missing if scope not in actor.scopes]:
        yield "scopes", f"include {', '.join(lacking)}, which you have not yourself"


def _about_place(document: KeyDocument, has_project: HasProject) -> Iterator[tuple[str, str]]:
    if document.tenant == ADMIN_TENANT:
        if document.project != DEFAULT_PROJECT:
            yield "project", "administrators have none"
        if not document.scopes or not all(scope.startswith("admin:") for scope in document.scopes):
            yield "scopes", "of an administrator begin with admin: and are at least one; or give a role"
    elif not has_project(document.tenant, DEFAULT_PROJECT):
        yield "tenant", f"{document.tenant[:60]!r} is not there; tenants stand in policies/tenants/"
    elif not has_project(document.tenant, document.project):
        yield "project", f"{document.project[:60]!r} is none of this tenant's; projects stand in its document"


def _about_lists(document: KeyDocument) -> Iterator[tuple[str, str]]:
    for field in ("scopes", "models", "networks"):
        if len(getattr(document, field)) > _LIST_LENGTH:
            yield field, f"has more than {_LIST_LENGTH} entries"
    if not all(_GLOB.fullmatch(glob) for glob in document.models):
        yield "models", "are names of models, in which * stands for any text and ? for one character"
    try:
        read_networks(document.networks)
    except ValueError:
        yield "networks", "are networks such as 10.0.0.0/8, without bits beyond the prefix"
