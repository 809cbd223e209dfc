"""The OAuth clients of all tenants, as one table by their ids."""

from collections.abc import Iterator

import msgspec

from gateway.identity.clients import ClientRecord
from gateway.identity.rules import moment
from gateway.identity.scopes import scope_objections
from gateway.limits.rules import key_objections
from gateway.policy.documents import Documents, TenantClientRules, TenantDocument
from gateway.policy.errors import PolicyError
from gateway.policy.vetting import DEFAULT_PROJECT, keys_of
from gateway.vocabulary.caller import Caller

METHOD = "oauth_client"


def vet_clients(documents: Documents) -> Iterator[PolicyError]:
    """Yield every mistake in what tenants say about clients."""
    ids: dict[str, str] = {}
    hashes: dict[str, str] = {}
    for name, tenant in documents.tenants.items():
        file = f"tenants/{name}.yaml"
        keys = {key.id: place for place, _, key in keys_of(tenant)}
        for place, _, client in clients_in(tenant):
            here = f"{file}: {place}"
            for key, message in _mistakes(client):
                yield PolicyError(file, f"{place}.{key}", message)
            if client.id in ids:
                yield PolicyError(
                    file,
                    f"{place}.id",
                    f"'{client.id}' is also the client in {ids[client.id]}; every id has one owner",
                )
            elif client.id in keys:
                message = (
                    f"'{client.id}' is also the key in {keys[client.id]}; limits would count both as one"
                )
                yield PolicyError(file, f"{place}.id", message)
            ids.setdefault(client.id, here)
            for number, text in enumerate(client.hashes):
                if hashes.setdefault(text, here) != here:
                    yield PolicyError(
                        file,
                        f"{place}.hashes[{number}]",
                        f"is also a secret in {hashes[text]}; every client has its own",
                    )


def clients_of(documents: Documents) -> dict[str, ClientRecord]:
    """Return the clients of documents without mistakes."""
    return {
        client.id: _record(tenant.tenant, project, client)
        for tenant in documents.tenants.values()
        for _, project, client in clients_in(tenant)
    }


def clients_in(tenant: TenantDocument) -> Iterator[tuple[str, str, TenantClientRules]]:
    """Yield each client of a tenant with its place in the document and its project."""
    for place, client in enumerate(tenant.clients):
        yield f"clients[{place}]", DEFAULT_PROJECT, client
    for project, rules in tenant.projects.items():
        for place, client in enumerate(rules.clients):
            yield f"projects.{project}.clients[{place}]", project, client


def _mistakes(client: TenantClientRules) -> Iterator[tuple[str, str]]:
    if not client.hashes:
        yield "hashes", "is empty; `deepseek-gateway policy client` makes a secret and prints its hash"
    if not client.scopes:
        yield "scopes", "is empty; a token without a scope is good for nothing, so write [chat]"
    for place, reason in scope_objections(client.scopes):
        yield f"scopes[{place}]", reason
    for limit, message in key_objections(client.limits) if client.limits is not None else ():
        yield f"limits{limit}", message
    if client.expires is not None:
        try:
            moment(client.expires)
        except (ValueError, OverflowError):
            yield "expires", "is no date; write 2027-12-31 or 2027-12-31T18:00:00+01:00"


def _record(tenant: str, project: str, client: TenantClientRules) -> ClientRecord:
    return ClientRecord(
        caller=Caller(
            tenant,
            project,
            client.id,
            METHOD,
            models=client.models,
            limits=msgspec.json.encode(client.limits) if client.limits is not None else b"",
            cache=msgspec.json.encode(client.cache) if client.cache is not None else b"",
        ),
        digests=client.digests,
        scopes=frozenset(client.scopes),
        token_seconds=client.token_seconds,
        algorithm=client.algorithm,
        disabled=client.disabled,
        expires_at=None if client.expires is None else moment(client.expires),
    )
