"""
Keys under the paths and names that scripts for LiteLLM use: /key/generate and its sisters.

    team_id            the tenant, or tenant/project
    key_alias          the label
    duration           a span: 30d
    rpm_limit, tpm_limit, max_parallel_requests
                       limits of the key: requests, tokens, concurrency
    key, keys          the key itself, or its id (their token_id)

What would limit a key and is not kept here is refused by name, never passed
over; what only describes it goes into its metadata. An update leaves every
limit and every entry of the metadata that it does not name; null removes one.
"""

from math import ceil
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.keys import KeyRoutes, expiry_of
from gateway.edge.admin.refusals import BadAdminRequest
from gateway.foundation.clock import Clock
from gateway.identity.key_document import DEFAULT_PROJECT, KeyDocument
from gateway.identity.key_office import KeyChange, KeyOffice
from gateway.identity.key_orders import KeyOrder
from gateway.identity.key_view import time_text
from gateway.identity.scopes import ADMIN_KEYS, ADMIN_READ

_DESCRIBING = ("user_id", "tags", "key_type", "send_invite_email")
_SHOWN_DIGITS = 4
_PREFIX_PARTS = 4


PositiveLimit = Annotated[int, msgspec.Meta(ge=1)] | UnsetType | None
_RULES: dict[str, dict[str, Any]] = {
    "rpm_limit": {"name": "rpm", "kind": "requests", "window_seconds": 60},
    "tpm_limit": {"name": "tpm", "kind": "tokens", "window_seconds": 60},
    "max_parallel_requests": {"name": "parallel", "kind": "concurrency"},
}


class LitellmKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What LiteLLM's clients say about a key, as far as it can be kept."""

    key: str | None = None
    key_alias: str | UnsetType | None = UNSET
    duration: str | UnsetType | None = UNSET
    team_id: str | None = None
    models: tuple[str, ...] | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET
    limits: Any = UNSET
    rpm_limit: PositiveLimit = UNSET
    tpm_limit: PositiveLimit = UNSET
    max_parallel_requests: PositiveLimit = UNSET
    blocked: bool | None = None
    user_id: str | UnsetType | None = UNSET
    tags: tuple[str, ...] | UnsetType | None = UNSET
    key_type: str | UnsetType | None = UNSET
    send_invite_email: bool | UnsetType | None = UNSET


class LitellmKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which keys are meant."""

    keys: tuple[str, ...]


class LitellmKeyRoutes:
    """The paths of LiteLLM over the same office."""

    def __init__(self, office: KeyOffice, clock: Clock, keys: KeyRoutes) -> None:
        self._office = office
        self._clock = clock
        self._keys = keys

    def routes(self) -> list[AdminRoute]:
        """Return all of them."""
        return [
            AdminRoute("POST", "/key/generate", ADMIN_KEYS, self._generate),
            AdminRoute("GET", "/key/info", ADMIN_READ, self._info, ("key",)),
            AdminRoute("GET", "/key/list", ADMIN_READ, self._list, ("team_id", "page", "size")),
            AdminRoute("POST", "/key/update", ADMIN_KEYS, self._update),
            AdminRoute("POST", "/key/delete", ADMIN_KEYS, self._delete),
            AdminRoute("POST", "/key/block", ADMIN_KEYS, self._block),
            AdminRoute("POST", "/key/unblock", ADMIN_KEYS, self._unblock),
            AdminRoute("POST", "/key/regenerate", ADMIN_KEYS, self._regenerate),
        ]

    async def _generate(self, visit: AdminVisit) -> Done:
        wish: LitellmKey = visit.wish(LitellmKey)
        if wish.key is not None:
            raise BadAdminRequest(
                "key cannot be chosen here; leave it out and take the one made.", param="key"
            )
        team = visit.actor.tenant if wish.team_id is None else wish.team_id
        tenant, _, project = team.partition("/")
        order = self._order(wish)
        change = await self._office.create(visit.actor, tenant, order, project=project or DEFAULT_PROJECT)
        told = await self._told(visit, change)
        if not wish.blocked:
            return told
        blocked = await self._told(visit, await self._office.block(visit.actor, change.after.id))
        return Done(told.document | blocked.document)

    async def _info(self, visit: AdminVisit) -> Done:
        named = visit.query.get("key")
        if not named:
            raise BadAdminRequest("key is missing; say which one: /key/info?key=...", param="key")
        document = await self._office.find(visit.actor, id_in(named))
        return Done({"key": document.id, "info": self._described(document)})

    async def _list(self, visit: AdminVisit) -> Done:
        team = visit.query.get("team_id")
        tenant, _, project = (team or "").partition("/")
        documents = await self._office.list(visit.actor, None if team is None else tenant)
        ids = [document.id for document in documents if project in ("", document.project)]
        page, size = max(1, visit.number("page", 1)), max(1, visit.number("size", len(ids)))
        return Done(
            {
                "keys": ids[(page - 1) * size : page * size],
                "total_count": len(ids),
                "current_page": page,
                "total_pages": max(1, ceil(len(ids) / size)),
            }
        )

    async def _update(self, visit: AdminVisit) -> Done:
        wish: LitellmKey = visit.wish(LitellmKey)
        if wish.key is None:
            raise BadAdminRequest("key is missing; say which one to change.", param="key")
        if wish.team_id is not None:
            raise BadAdminRequest("team_id cannot be changed; make a key for the other one.", param="team_id")
        key_id = id_in(wish.key)
        if wish.blocked is None:
            return await self._changed(visit, key_id, wish)
        if self._order(wish) != KeyOrder():
            await self._changed(visit, key_id, wish)
        act = self._office.block if wish.blocked else self._office.unblock
        return await self._told(visit, await act(visit.actor, key_id))

    async def _delete(self, visit: AdminVisit) -> Done:
        wish: LitellmKeys = visit.wish(LitellmKeys)
        ids = dict.fromkeys(id_in(named) for named in wish.keys)
        for key_id in ids:
            # All of them must be there before any is taken back.
            if (await self._office.find(visit.actor, key_id)).revoked_at is not None:
                raise BadAdminRequest(
                    f"The key {key_id} was deleted before, and nothing was changed. Leave it out.",
                    param="keys",
                )
        for key_id in ids:
            await self._keys.done(visit, await self._office.revoke(visit.actor, key_id))
        return Done({"deleted_keys": list(wish.keys)})

    async def _block(self, visit: AdminVisit) -> Done:
        return await self._told(visit, await self._office.block(visit.actor, _named(visit)))

    async def _unblock(self, visit: AdminVisit) -> Done:
        return await self._told(visit, await self._office.unblock(visit.actor, _named(visit)))

    async def _regenerate(self, visit: AdminVisit) -> Done:
        return await self._told(visit, await self._office.rotate(visit.actor, _named(visit), 0.0))

    async def _changed(self, visit: AdminVisit, key_id: str, wish: LitellmKey) -> Done:
        change = await self._office.update(visit.actor, key_id, lambda key: self._order(wish, key))
        return await self._told(visit, change)

    async def _told(self, visit: AdminVisit, change: KeyChange) -> Done:
        done = await self._keys.done(visit, change)
        described = self._described(change.after)
        if change.secret is not None:
            described |= {"key": change.secret.reveal()}
        return Done(described, done.status)

    def _order(self, wish: LitellmKey, present: KeyDocument | None = None) -> KeyOrder:
        span = UNSET if wish.duration is None else wish.duration
        return KeyOrder(
            label=wish.key_alias or UNSET,
            models=UNSET if wish.models is None or wish.models is UNSET else _open(wish.models),
            metadata=_metadata(wish, {} if present is None else present.metadata),
            limits=_limits(wish, None if present is None else present.limits),
            expires_at=expiry_of(UNSET, span, self._clock.wall()),
        )

    def _described(self, document: KeyDocument) -> dict[str, Any]:
        team = document.tenant
        if document.project != DEFAULT_PROJECT:
            team = f"{team}/{document.project}"
        return {
            "token_id": document.id,
            "key_name": f"sk-dsg-{document.id[:_SHOWN_DIGITS]}...",
            "key_alias": document.label or None,
            "team_id": team,
            "models": list(document.models),
            "metadata": document.metadata,
            "blocked": document.blocked,
            "state": document.standing(self._clock.wall()),
            "created_at": time_text(document.created_at),
            "expires": time_text(document.expires_at),
        }


def _metadata(wish: LitellmKey, present: dict[str, Any]) -> dict[str, Any] | UnsetType:
    """Return the present entries with those that are said, less those that are said to be null."""
    said = {name: value for name in _DESCRIBING if (value := getattr(wish, name)) is not UNSET}
    if wish.metadata is UNSET and not said:
        return UNSET
    kept = {} if wish.metadata is None else present
    entries = kept | (wish.metadata if isinstance(wish.metadata, dict) else {}) | said
    return {name: value for name, value in entries.items() if value is not None}


def _limits(wish: LitellmKey, present: Any = None) -> Any:
    """Return the section of limits: a whole one of ours, or the present one with their three fields in it."""
    said = {field: limit for field in _RULES if (limit := getattr(wish, field)) is not UNSET}
    if wish.limits is not UNSET and any(said.values()):
        raise BadAdminRequest("Say limits, or rpm_limit and its sisters, not both.", param="limits")
    if wish.limits is not UNSET or not said:
        return wish.limits
    rules = {rule["name"]: rule for rule in (present or {}).get("rules", ())}
    for field, limit in said.items():
        rule = _RULES[field]
        rules.pop(rule["name"], None)
        if limit is not None:
            rules[rule["name"]] = rule | {"limit": limit}
    return {"rules": list(rules.values())} if rules else None


def id_in(text: str) -> str:
    """Return the id in a whole key, or the text itself."""
    parts = text.split("-")
    return parts[2] if len(parts) == _PREFIX_PARTS and text.startswith("sk-dsg-") else text


def _named(visit: AdminVisit) -> str:
    named = visit.body.get("key")
    if not isinstance(named, str) or len(visit.body) != 1:
        raise BadAdminRequest('The body is {"key": ...}, the key or its id, and nothing else.', param="key")
    return id_in(named)


def _open(models: tuple[str, ...]) -> tuple[str, ...]:
    # There, these two words mean what an empty list means here.
    return () if set(models) & {"all-team-models", "all-proxy-models"} else models
