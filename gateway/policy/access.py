"""Who may come in: what tenants, projects and keys ask of a credential, as the authenticator wants it."""

from collections.abc import Iterator, Sequence

import msgspec

from gateway.identity.conditions import Conditions, Level, read_networks
from gateway.identity.keyring import KeyRecord, Keyring, Standings
from gateway.identity.rules import KeyRules, moment
from gateway.identity.scopes import scope_objections
from gateway.policy.credentials import credential_mistakes
from gateway.policy.documents import Documents, ProjectRules, TenantDocument, TenantKeyRules
from gateway.policy.errors import PolicyError
from gateway.policy.hints import nearest
from gateway.policy.issuers import issuers_of
from gateway.policy.vetting import DEFAULT_PROJECT, keys_of
from gateway.vocabulary.caller import Caller

_DATE_WISH = "is no date; write 2027-12-31 or 2027-12-31T18:00:00+01:00"


class ExtraKey(msgspec.Struct, frozen=True):
    """A key that stands in no document, such as the demo key; ignored where its tenant is not there."""

    tenant: str
    key_id: str
    hash: str


def keyring_of(documents: Documents, extra_keys: Sequence[ExtraKey]) -> Keyring:
    """Return every key and issuer of the documents, and what each project of each tenant asks."""
    standings = _standings(documents)
    return Keyring(_records(documents, extra_keys, standings), issuers_of(documents), standings)


def vet_access(documents: Documents) -> Iterator[PolicyError]:
    """Yield every date, network and upstream in a tenant's document that is none."""
    known = documents.upstreams.upstreams if documents.upstreams is not None else None
    for name, tenant in documents.tenants.items():
        file = f"tenants/{name}.yaml"
        for place, rules in _levels(tenant):
            for key, message in _mistakes(rules):
                yield PolicyError(file, f"{place}{key}", message)
        for upstream, brought in tenant.upstreams.items():
            for key, message in credential_mistakes(brought):
                yield PolicyError(file, f"upstreams.{upstream}.{key}", message)
            if known is not None and upstream not in known:
                message = f"no upstream '{upstream}' in upstreams.yaml; {nearest(upstream, known)}"
                yield PolicyError(file, f"upstreams.{upstream}", message)


def _levels(tenant: TenantDocument) -> Iterator[tuple[str, TenantDocument | ProjectRules | KeyRules]]:
    yield "", tenant
    for name, project in tenant.projects.items():
        yield f"projects.{name}.", project
    for place, _, key in keys_of(tenant):
        yield f"{place}.", key


def _mistakes(rules: TenantDocument | ProjectRules | KeyRules) -> Iterator[tuple[str, str]]:
    if rules.expires is not None:
        try:
            moment(rules.expires)
        except (ValueError, OverflowError):
            yield "expires", _DATE_WISH
    for place, text in enumerate(rules.networks):
        try:
            read_networks([text])
        except ValueError:
            yield f"networks[{place}]", "is no network; write 10.0.0.0/8, without bits beyond the prefix"
    for place, reason in scope_objections(rules.scopes) if isinstance(rules, KeyRules) else ():
        yield f"scopes[{place}]", reason


def _standings(documents: Documents) -> Standings:
    return {
        tenant.tenant: {
            name: _asked((Level.TENANT, tenant), (Level.PROJECT, project))
            for name, project in {DEFAULT_PROJECT: ProjectRules(), **tenant.projects}.items()
        }
        for tenant in documents.tenants.values()
    }


def _asked(
    *levels: tuple[Level, TenantDocument | ProjectRules | KeyRules],
) -> tuple[Conditions, ...]:
    found = (
        Conditions(
            level,
            disabled=rules.disabled,
            expires_at=None if rules.expires is None else moment(rules.expires),
            networks=read_networks(rules.networks) or None,
        )
        for level, rules in levels
    )
    return tuple(one for one in found if not one.are_none)


def _records(
    documents: Documents, extra_keys: Sequence[ExtraKey], standings: Standings
) -> Iterator[KeyRecord]:
    for tenant in documents.tenants.values():
        for _, project, key in keys_of(tenant):
            # A disabled key is as unknown as one that never was, to brakes and second looks too.
            if not key.disabled:
                yield _record(tenant.tenant, project, key, standings)
    for extra in extra_keys:
        key = TenantKeyRules(id=extra.key_id, hash=extra.hash)
        yield _record(extra.tenant, DEFAULT_PROJECT, key, standings)


def _record(tenant: str, project: str, key: TenantKeyRules, standings: Standings) -> KeyRecord:
    caller = Caller(
        tenant,
        project,
        key.id,
        "api_key",
        scopes=frozenset(key.scopes),
        models=key.models,
        limits=msgspec.json.encode(key.limits) if key.limits is not None else b"",
        cache=msgspec.json.encode(key.cache) if key.cache is not None else b"",
    )
    return KeyRecord(key.digest, caller, (*standings[tenant][project], *_asked((Level.KEY, key))))
