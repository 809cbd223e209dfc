"""
The issuers of all tenants, as one table by their names.

Several tenants may believe one issuer, such as the identity provider of a
whole company: then each says with `require` which of its tokens are its own,
and all say the same about where its keys are.
"""

from collections.abc import Iterator, Mapping

import msgspec

from gateway.identity.scopes import scope_objections
from gateway.identity.tokens.key_set import KeySet, NotAKeySet, read_key_set
from gateway.identity.tokens.token import plain_type
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Trust
from gateway.limits.rules import key_objections
from gateway.policy.clients import clients_of
from gateway.policy.documents import Documents, TenantDocument, TenantIssuerRules
from gateway.policy.errors import PolicyError
from gateway.policy.hints import nearest
from gateway.policy.vetting import DEFAULT_PROJECT

_LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")
_ABSENT = "absent"
_Stated = tuple[str, TenantDocument, TenantIssuerRules]


def vet_issuers(documents: Documents) -> Iterator[PolicyError]:
    """Yield every mistake in what tenants say about issuers."""
    for name, stated in _by_issuer(documents).items():
        for file_and_key, tenant, rules in stated:
            file, _, key = file_and_key.partition(": ")
            for place, message in _mistakes(tenant, rules):
                yield PolicyError(file, f"{key}.{place}", message)
            if len(stated) > 1:
                for place, message in _shared_mistakes(rules, stated[0], len(stated)):
                    yield PolicyError(file, f"{key}.{place}", f"{name} {message}")


def issuers_of(documents: Documents) -> Issuers:
    """Return everyone whose tokens are believed, from documents without mistakes."""
    issuers = [
        Issuer(name, _keys(stated[0][2]), tuple(_trust(tenant, rules) for _, tenant, rules in stated))
        for name, stated in _by_issuer(documents).items()
    ]
    return Issuers(issuers, clients_of(documents))


def _by_issuer(documents: Documents) -> Mapping[str, list[_Stated]]:
    found: dict[str, list[_Stated]] = {}
    for file, tenant in documents.tenants.items():
        for place, rules in enumerate(tenant.issuers):
            found.setdefault(rules.issuer, []).append(
                (f"tenants/{file}.yaml: issuers[{place}]", tenant, rules)
            )
    return found


def _mistakes(tenant: TenantDocument, rules: TenantIssuerRules) -> Iterator[tuple[str, str]]:
    for key, url in (("issuer", rules.issuer), ("jwks_url", rules.jwks_url)):
        if url is not None and not _is_safe(url):
            yield key, "is not https; whoever stands between could sign for your callers"
    if not rules.audience:
        yield "audience", "is empty; name what the tokens are for (their `aud`), such as this gateway's URL"
    if not rules.algorithms:
        yield "algorithms", "is empty; name what the issuer signs with, such as RS256"
    if not rules.types:
        yield "types", "is empty; name the `typ` of its tokens: at+jwt, or JWT for issuers that say only that"
    if rules.jwks is not None:
        yield from _key_mistakes(rules)
    for limit, message in key_objections(rules.limits) if rules.limits is not None else ():
        yield f"limits{limit}", message
    for place, reason in scope_objections(rules.scopes):
        yield f"scopes[{place}]", reason
    projects = {DEFAULT_PROJECT, *tenant.projects}
    if rules.project not in projects:
        yield "project", f"no project '{rules.project}' of this tenant; {nearest(rules.project, projects)}"


def _key_mistakes(rules: TenantIssuerRules) -> Iterator[tuple[str, str]]:
    if rules.jwks_url is not None:
        yield "jwks", "stands beside jwks_url; keep one of them"
    try:
        keys = read_key_set(rules.jwks)
    except NotAKeySet as error:
        yield "jwks", f"{error}; paste what the issuer publishes: keys: [...]"
        return
    for name in rules.algorithms:
        if not any(key.can(name) for key in keys.keys):
            yield "algorithms", f"none of the keys in jwks is for {name}; remove it, or add the key"


def _shared_mistakes(rules: TenantIssuerRules, first: _Stated, count: int) -> Iterator[tuple[str, str]]:
    if not rules.require:
        yield (
            "require",
            f"is believed {count} times; say which claims its tokens for this tenant have",
        )
    _, _, other = first
    if (rules.jwks_url, rules.jwks) != (other.jwks_url, other.jwks):
        yield "jwks_url", f"has other keys in {first[0]}; one issuer has one set of keys"
    if rules.grace_seconds != other.grace_seconds:
        yield "grace_seconds", f"has another grace in {first[0]}; say the same in both"


def _is_safe(url: str) -> bool:
    return url.startswith(("https://", *(f"{host}{end}" for host in _LOOPBACK for end in "/:"))) or (
        url in _LOOPBACK
    )


def _keys(rules: TenantIssuerRules) -> KeysAt | KeySet:
    if rules.jwks is not None:
        return read_key_set(rules.jwks)
    return KeysAt(rules.issuer, rules.jwks_url, rules.grace_seconds)


def _trust(tenant: TenantDocument, rules: TenantIssuerRules) -> Trust:
    return Trust(
        tenant=tenant.tenant,
        audience=frozenset(rules.audience),
        algorithms=frozenset(rules.algorithms),
        types=frozenset("" if text == _ABSENT else plain_type(text) for text in rules.types),
        projects=frozenset({DEFAULT_PROJECT, *tenant.projects}),
        required=tuple(sorted(rules.require.items())),
        blocked=frozenset((name, value) for name, values in rules.block.items() for value in values),
        project=rules.project,
        project_claim=rules.claims.project,
        user_claim=rules.claims.user,
        scopes_claim=rules.claims.scopes,
        scopes=frozenset(rules.scopes),
        models=rules.models,
        limits=msgspec.json.encode(rules.limits) if rules.limits is not None else b"",
        cache=msgspec.json.encode(rules.cache) if rules.cache is not None else b"",
        leeway_seconds=rules.leeway_seconds,
    )
