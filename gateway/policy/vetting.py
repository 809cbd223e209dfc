"""What documents say about each other: every name that leads nowhere, every claim that cannot stand."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.audit.rules import objections as audit_objections
from gateway.limits.rules import key_objections, objections
from gateway.policy.documents import Documents, ModelRules, ProjectRules, TenantDocument, TenantKeyRules
from gateway.policy.errors import PolicyError
from gateway.policy.hints import nearest
from gateway.wire.chat import END_USER_FIELDS
from gateway.wire.chat_options import check_options
from gateway.wire.invalid_request import InvalidRequest

DEFAULT_PROJECT = "default"
# A user by default would be the person of everybody, for the rooms that look after defaults are filled in.
_CALLERS_OWN = ("model", "messages", "stream", *END_USER_FIELDS)
_ENTRYS_OWN = ("id", "object", "created", "owned_by")


def vet(documents: Documents, extra_hashes: Mapping[str, str]) -> Iterator[PolicyError]:
    """Yield every mistake between documents; `extra_hashes` name keys that stand in no document."""
    yield from _vet_models(documents)
    for name, plan in documents.plans.items():
        file = f"plans/{name}.yaml"
        yield from _vet_file_name(file, "plan", name, plan.plan)
        for place, message in objections(plan.limits):
            yield PolicyError(file, f"limits{place}", message)
        for place, message in audit_objections(plan.audit):
            yield PolicyError(file, f"audit.{place}", message)
    if not documents.tenants and not any(file.startswith("tenants/") for file in documents.unread):
        yield PolicyError("tenants/", "", "there is no tenant; write tenants/<tenant>.yaml")
    for name, profile in documents.redaction.items():
        yield from _vet_file_name(f"redaction/{name}.yaml", "profile", name, profile.profile)
    for name, tenant in documents.tenants.items():
        yield from _vet_tenant(documents, f"tenants/{name}.yaml", name, tenant)
    yield from _vet_hashes(documents, extra_hashes)


def keys_of(tenant: TenantDocument) -> Iterator[tuple[str, str, TenantKeyRules]]:
    """Yield each key of a tenant with its place in the document and its project."""
    for place, key in enumerate(tenant.keys):
        yield f"keys[{place}]", DEFAULT_PROJECT, key
    for project, rules in tenant.projects.items():
        for place, key in enumerate(rules.keys):
            yield f"projects.{project}.keys[{place}]", project, key


def _vet_file_name(file: str, key: str, stem: str, name: str) -> Iterator[PolicyError]:
    if stem != name:
        folder = file.split("/", 1)[0]
        yield PolicyError(file, key, f"is '{name}', but the file is not; rename it to {folder}/{name}.yaml")


def _vet_models(documents: Documents) -> Iterator[PolicyError]:
    models = documents.models.models if documents.models is not None else {}
    owners: dict[str, str] = {name: name for name in models}
    for name, rules in models.items():
        for place, alias in enumerate(rules.aliases):
            if alias in owners:
                yield PolicyError(
                    "models.yaml",
                    f"models.{name}.aliases[{place}]",
                    f"'{alias}' already names the model '{owners[alias]}'; keep one of them",
                )
            owners.setdefault(alias, name)
        for key, message in _model_mistakes(documents, rules):
            yield PolicyError("models.yaml", f"models.{name}.{key}", message)


def _model_mistakes(documents: Documents, rules: ModelRules) -> Iterator[tuple[str, str]]:
    if not rules.route:
        yield "route", "is empty; name at least one upstream"
    for field in _CALLERS_OWN:
        if field in rules.defaults:
            yield f"defaults.{field}", "belongs to the caller and has no default; remove it"
    if mistake := _default_mistake(rules.defaults):
        yield mistake
    yield from _about_mistakes(rules.about)
    if documents.upstreams is None:
        return
    known = documents.upstreams.upstreams
    for place, leg in enumerate(rules.route):
        if leg.upstream not in known:
            yield (
                f"route[{place}].upstream",
                f"no upstream '{leg.upstream}' in upstreams.yaml; {nearest(leg.upstream, known)}",
            )


def _default_mistake(defaults: dict[str, Any]) -> tuple[str, str] | None:
    """Return the first default that a caller would be refused for."""
    try:
        check_options(defaults)
        orjson.dumps(defaults)
    except InvalidRequest as refusal:
        return f"defaults.{refusal.param}", f"is no such value: {refusal.message}"
    except TypeError:
        return "defaults", "is nested too deeply, or has a whole number beyond 64 bits; write plainer values"
    return None


def _about_mistakes(about: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in _ENTRYS_OWN:
        if field in about:
            yield (
                f"about.{field}",
                "is told anyway; remove it (`created` and `owned_by` stand beside `about`)",
            )
    try:
        json.dumps(about, allow_nan=False)
    except (TypeError, ValueError):
        yield "about", "cannot be written as JSON; write texts, numbers, lists and objects of them"


def _vet_tenant(documents: Documents, file: str, stem: str, tenant: TenantDocument) -> Iterator[PolicyError]:
    yield from _vet_file_name(file, "tenant", stem, tenant.tenant)
    if tenant.plan not in documents.plans and f"plans/{tenant.plan}.yaml" not in documents.unread:
        hint = nearest(tenant.plan, documents.plans)
        yield PolicyError(file, "plan", f"no plan '{tenant.plan}' in plans/; {hint}")
    for name, project in tenant.projects.items():
        yield from _vet_tightening(file, name, tenant, project)
    yield from _vet_keys(file, tenant)


def _vet_tightening(
    file: str, name: str, tenant: TenantDocument, project: ProjectRules
) -> Iterator[PolicyError]:
    if tenant.residency == "on_premises" and project.residency == "external":
        yield PolicyError(
            file,
            f"projects.{name}.residency",
            "a project may only narrow its tenant, which stays on_premises; remove this key",
        )


def _vet_keys(file: str, tenant: TenantDocument) -> Iterator[PolicyError]:
    uses = Counter(key.id for _, _, key in keys_of(tenant))
    for place, _, key in keys_of(tenant):
        if uses[key.id] > 1:
            yield PolicyError(
                file, f"{place}.id", f"'{key.id}' names {uses[key.id]} keys; give each its own id"
            )
        for limit, message in key_objections(key.limits) if key.limits is not None else ():
            yield PolicyError(file, f"{place}.limits{limit}", message)


def _vet_hashes(documents: Documents, extra_hashes: Mapping[str, str]) -> Iterator[PolicyError]:
    owners = dict(extra_hashes)
    for name, tenant in documents.tenants.items():
        file = f"tenants/{name}.yaml"
        for place, _, key in keys_of(tenant):
            if key.hash in owners:
                yield PolicyError(
                    file, f"{place}.hash", f"is also the key of {owners[key.hash]}; every key has one owner"
                )
            owners.setdefault(key.hash, f"{file}: {place}")
