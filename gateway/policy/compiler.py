"""Documents become a book, or all their mistakes: a pure function."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from gateway.foundation.secret import Secret
from gateway.policy.access import ExtraKey, keyring_of, vet_access
from gateway.policy.answer_keeping import vet_answer_keeping
from gateway.policy.audit_terms import vet_audit_names
from gateway.policy.book import PolicyBook
from gateway.policy.clients import vet_clients
from gateway.policy.documents import Documents, PlanDocument
from gateway.policy.errors import PolicyRejected
from gateway.policy.issuers import vet_issuers
from gateway.policy.key_sections import vet_key_section
from gateway.policy.model_names import vet_model_names
from gateway.policy.offers import Shelf, offers_of
from gateway.policy.pricing import vet_prices
from gateway.policy.profiles import compile_profiles, vet_profiles
from gateway.policy.servers import Servers, Surroundings, compile_servers
from gateway.policy.terms import Plan
from gateway.policy.vetting import vet
from gateway.upstreams.target import Upstream
from gateway.usage.prices import price_book

_VERSION_DIGITS = 12


def compile_book(
    documents: Documents, surroundings: Surroundings, extra_keys: Sequence[ExtraKey] = ()
) -> PolicyBook:
    """Return the book of these documents, or raise `PolicyRejected` with every mistake in them."""
    described = documents.upstreams.upstreams if documents.upstreams is not None else {}
    servers, mistakes = compile_servers(described, surroundings)
    wanted = [key for key in extra_keys if key.tenant in documents.tenants]
    extra_hashes = {key.hash: f"the key '{key.key_id}' given at start" for key in wanted}
    said_of_access = (
        *vet_access(documents),
        *vet_issuers(documents),
        *vet_clients(documents),
        *vet_answer_keeping(documents),
        *vet_audit_names(documents),
    )
    said_of_data = (*documents.errors, *vet_profiles(documents))
    errors = [
        *said_of_data,
        *mistakes,
        *vet(documents, extra_hashes),
        *said_of_access,
        *vet_model_names(documents),
        *vet_prices(documents),
    ]
    if errors or documents.models is None:
        raise PolicyRejected(errors)
    profiles = compile_profiles(documents.redaction, surroundings.finder_for)
    shelf = Shelf(
        _version(documents, servers, wanted),
        documents.models.models,
        servers,
        profiles,
        price_book(documents.prices),
    )
    plans = {name: _plan(plan) for name, plan in documents.plans.items()}
    tenants = documents.tenants
    return PolicyBook(
        version=shelf.version,
        keyring=keyring_of(documents, wanted),
        upstreams=_used(shelf),
        unserved=_unserved(shelf),
        profiles=profiles,
        plans={name: plans[tenant.plan] for name, tenant in tenants.items()},
        offers={name: offers_of(shelf, tenant, plans[tenant.plan]) for name, tenant in tenants.items()},
        vet_section=partial(vet_key_section, documents),
    )


def _plan(document: PlanDocument) -> Plan:
    return Plan(
        document.plan,
        document.body_limit_bytes,
        document.audit,
        redaction=document.redaction,
        limits=document.limits,
        cache=document.cache,
        thoughts=document.thoughts,
        telemetry=document.telemetry,
    )


def _used(shelf: Shelf) -> tuple[Upstream, ...]:
    named = {leg.upstream for rules in shelf.models.values() for leg in rules.route}
    return tuple(upstream for name, upstream in shelf.servers.available.items() if name in named)


def _unserved(shelf: Shelf) -> tuple[str, ...]:
    return tuple(
        name
        for name, rules in shelf.models.items()
        if not any(leg.upstream in shelf.servers.available for leg in rules.route)
    )


def _version(documents: Documents, servers: Servers, extra_keys: Sequence[ExtraKey]) -> str:
    """Name what was decided: the same rules have the same version, whatever their comments and secrets."""
    decided = [
        documents.upstreams,
        documents.models,
        documents.plans,
        documents.tenants,
        documents.redaction,
        documents.prices,
        sorted(servers.available),
        [(key.tenant, key.key_id, key.hash) for key in extra_keys],
    ]
    encoded = msgspec.json.encode(decided, enc_hook=_without_secret, order="sorted")
    return hashlib.sha256(encoded).hexdigest()[:_VERSION_DIGITS]


def _without_secret(value: Any) -> Any:
    if isinstance(value, Secret):
        return bool(value.reveal())
    raise TypeError(type(value).__name__)
