"""
The names of models in documents and at keys, each of which has to be a model's own.

What is decided about a model is decided by its own name: a list that names an
alias, or a name that nothing has, would never hold, and nobody would notice.
A pattern that fits nothing at all may wait for a model that is still to come.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.limits.rules import KeyLimits, LimitRules
from gateway.policy.clients import clients_in
from gateway.policy.documents import Documents, ModelRules, PlanDocument, TenantDocument
from gateway.policy.errors import PolicyError
from gateway.policy.globs import is_glob, matches
from gateway.policy.hints import nearest
from gateway.policy.vetting import keys_of
from gateway.redaction.rules import RedactionRules

Models = Mapping[str, ModelRules]
_Named = Iterable[tuple[str, str]]


def vet_model_names(documents: Documents) -> Iterator[PolicyError]:
    """Yield every name in plans and tenants that is no model's own."""
    if documents.models is None:
        return
    files = {f"plans/{name}.yaml": _in_plan(plan) for name, plan in documents.plans.items()}
    files |= {f"tenants/{name}.yaml": _in_tenant(tenant) for name, tenant in documents.tenants.items()}
    for file, named in files.items():
        for key, name in named:
            if (message := mistake_in(documents.models.models, name)) is not None:
                yield PolicyError(file, key, message)


def mistake_in(models: Models, name: str) -> str | None:
    """Return why a name or pattern stands for no model, or None if it does."""
    if name in models or any(matches((name,), model) for model in models):
        return None
    owners = [f"'{model}'" for model, rules in models.items() if _has_alias(rules, name)]
    if owners:
        return f"'{name}' is an alias; write its model {' or '.join(owners)}"
    return None if is_glob(name) else f"no model '{name}' in models.yaml; {nearest(name, models)}"


def in_limits(key: str, limits: LimitRules | KeyLimits | None) -> _Named:
    """Yield each name in the limits of a plan or a credential, with its place."""
    for place, rule in enumerate(limits.rules if limits is not None else ()):
        yield from _listed(f"{key}.rules[{place}].models", rule.models)


def _has_alias(rules: ModelRules, name: str) -> bool:
    """Whether a name is an alias, fits one that has wild cards, or is a pattern that one fits."""
    return matches(rules.aliases, name) or any(matches((name,), alias) for alias in rules.aliases)


def _in_plan(plan: PlanDocument) -> _Named:
    yield from in_limits("limits", plan.limits)
    yield from _listed("cache.models", plan.cache.models)
    yield from _in_redaction("redaction", plan.redaction)
    for place, rule in enumerate(plan.audit.rules):
        yield from _listed(f"audit.rules[{place}].models", rule.models)


def _in_tenant(tenant: TenantDocument) -> _Named:
    yield from _listed("models", tenant.models)
    yield from _in_redaction("redaction", tenant.redaction)
    for name, project in tenant.projects.items():
        yield from _listed(f"projects.{name}.models", project.models)
        yield from _in_redaction(f"projects.{name}.redaction", project.redaction)
    credentials = [
        *((place, key.models, key.limits) for place, _, key in keys_of(tenant)),
        *((place, client.models, client.limits) for place, _, client in clients_in(tenant)),
        *((f"issuers[{place}]", one.models, one.limits) for place, one in enumerate(tenant.issuers)),
    ]
    for where, models, limits in credentials:
        yield from _listed(f"{where}.models", models)
        yield from in_limits(f"{where}.limits", limits)


def _in_redaction(key: str, rules: RedactionRules | None) -> _Named:
    return [(f"{key}.models.{name}", name) for name in (rules.models if rules is not None else ())]


def _listed(key: str, names: Sequence[str]) -> _Named:
    return [(f"{key}[{place}]", name) for place, name in enumerate(names)]
