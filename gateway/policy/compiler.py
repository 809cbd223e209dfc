"""Documents become a book, or all their mistakes: a pure function."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.foundation.secret import Secret
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.rules import KeyRules, moment
from gateway.policy.book import PolicyBook
from gateway.policy.documents import Documents, PlanDocument
from gateway.policy.errors import PolicyRejected
from gateway.policy.issuers import issuers_of, vet_issuers
from gateway.policy.offers import Shelf, offers_of
from gateway.policy.servers import Servers, Surroundings, compile_servers
from gateway.policy.terms import Plan
from gateway.policy.vetting import DEFAULT_PROJECT, keys_of, vet
from gateway.upstreams.target import Upstream
from gateway.vocabulary.caller import Caller

_VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True)
class ExtraKey:
    """A key that stands in no document, such as the demo key; ignored where its tenant is not there."""

    tenant: str
    key_id: str
    hash: str


def compile_book(
    documents: Documents, surroundings: Surroundings, extra_keys: Sequence[ExtraKey] = ()
) -> PolicyBook:
    """Return the book of these documents, or raise `PolicyRejected` with every mistake in them."""
    described = documents.upstreams.upstreams if documents.upstreams is not None else {}
    servers, mistakes = compile_servers(described, surroundings)
    wanted = [key for key in extra_keys if key.tenant in documents.tenants]
    extra_hashes = {key.hash: f"the key '{key.key_id}' given at start" for key in wanted}
    errors = [*documents.errors, *mistakes, *vet(documents, extra_hashes), *vet_issuers(documents)]
    if errors or documents.models is None:
        raise PolicyRejected(errors)
    shelf = Shelf(_version(documents, servers, wanted), documents.models.models, servers)
    plans = {name: _plan(plan) for name, plan in documents.plans.items()}
    tenants = documents.tenants
    return PolicyBook(
        version=shelf.version,
        keyring=Keyring(_records(documents, wanted), issuers_of(documents)),
        upstreams=_used(shelf),
        unserved=_unserved(shelf),
        plans={name: plans[tenant.plan] for name, tenant in tenants.items()},
        offers={name: offers_of(shelf, tenant, plans[tenant.plan]) for name, tenant in tenants.items()},
    )


def _plan(document: PlanDocument) -> Plan:
    return Plan(document.plan, document.body_limit_bytes, document.audit.level)


def _used(shelf: Shelf) -> tuple[Upstream, ...]:
    named = {leg.upstream for rules in shelf.models.values() for leg in rules.route}
    return tuple(upstream for name, upstream in shelf.servers.available.items() if name in named)


def _unserved(shelf: Shelf) -> tuple[str, ...]:
    return tuple(
        name
        for name, rules in shelf.models.items()
        if not any(leg.upstream in shelf.servers.available for leg in rules.route)
    )


def _records(documents: Documents, extra_keys: Sequence[ExtraKey]) -> Iterator[KeyRecord]:
    for tenant in documents.tenants.values():
        for _, project, key in keys_of(tenant):
            yield _record(tenant.tenant, project, key, tenant_disabled=tenant.disabled)
    for extra in extra_keys:
        tenant = documents.tenants[extra.tenant]
        key = KeyRules(id=extra.key_id, hash=extra.hash)
        yield _record(tenant.tenant, DEFAULT_PROJECT, key, tenant_disabled=tenant.disabled)


def _record(tenant: str, project: str, key: KeyRules, *, tenant_disabled: bool) -> KeyRecord:
    return KeyRecord(
        digest=key.digest,
        caller=Caller(tenant, project, key.id, "api_key"),
        disabled=key.disabled,
        tenant_disabled=tenant_disabled,
        expires_at=None if key.expires is None else moment(key.expires),
    )


def _version(documents: Documents, servers: Servers, extra_keys: Sequence[ExtraKey]) -> str:
    """Name what was decided: the same rules have the same version, whatever their comments and secrets."""
    decided = [
        documents.upstreams,
        documents.models,
        documents.plans,
        documents.tenants,
        sorted(servers.available),
        [(key.tenant, key.key_id, key.hash) for key in extra_keys],
    ]
    encoded = msgspec.json.encode(decided, enc_hook=_without_secret, order="sorted")
    return hashlib.sha256(encoded).hexdigest()[:_VERSION_DIGITS]


def _without_secret(value: Any) -> Any:
    if isinstance(value, Secret):
        return bool(value.reveal())
    raise TypeError(type(value).__name__)
