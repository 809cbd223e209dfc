"""What may be kept of the answers of one model to one project."""

from collections.abc import Iterator, Sequence

from gateway.cache.cache_terms import CacheTerms, cache_terms
from gateway.cache.narrowing import keeps_nothing, narrowed, widenings
from gateway.cache.rules import CacheRules, ThoughtRules
from gateway.policy.clients import clients_in
from gateway.policy.documents import Documents, ProjectRules, TenantDocument
from gateway.policy.errors import PolicyError
from gateway.policy.globs import matches
from gateway.policy.vetting import DEFAULT_PROJECT, keys_of
from gateway.redaction.profile import Profile
from gateway.upstreams.kinds import KINDS
from gateway.upstreams.target import Target


def kept_by(rules: CacheRules, model: str, targets: Sequence[Target]) -> CacheTerms | None:
    """Return the terms of the cache for this model and its route, or None where it is left out."""
    if not matches(rules.models, model):
        return None
    return cache_terms(rules, model, [_stop(target) for target in targets])


def rules_for(plan: CacheRules, tenant: TenantDocument, project: ProjectRules) -> CacheRules:
    """Return what tenant and project leave of their plan's rules."""
    return narrowed(narrowed(plan, tenant.cache), project.cache)


def thoughts_kept(
    plan: ThoughtRules,
    of: tuple[TenantDocument, ProjectRules],
    profile: Profile | None,
    targets: Sequence[Target],
) -> int:
    """
    Return for how many seconds thoughts are kept, 0 where they are not.

    An answer that is screened shows its caller less than the model said; what
    comes back as theirs would be shown to them.
    """
    if not plan.enabled or any(keeps_nothing(rules.cache) for rules in of):
        return 0
    if profile is not None and profile.screens_answers:
        return 0
    wanted = any(KINDS[target.upstream.kind].wants_thoughts for target in targets)
    return plan.ttl_seconds if wanted else 0


def vet_answer_keeping(documents: Documents) -> Iterator[PolicyError]:
    """Yield every key of a tenant's document that would widen what stands above it."""
    for name, tenant in documents.tenants.items():
        plan = documents.plans.get(tenant.plan)
        if plan is None:
            continue
        for place, key, message in _widenings(plan.cache, tenant):
            yield PolicyError(f"tenants/{name}.yaml", f"{place}cache.{key}", message)


def _widenings(plan: CacheRules, tenant: TenantDocument) -> Iterator[tuple[str, str, str]]:
    for key, message in widenings(plan, tenant.cache):
        yield "", key, message
    left = narrowed(plan, tenant.cache)
    for name, project in tenant.projects.items():
        for key, message in widenings(left, project.cache):
            yield f"projects.{name}.", key, message
    projects = {DEFAULT_PROJECT: ProjectRules(), **tenant.projects}
    credentials = [(place, of, key.cache) for place, of, key in keys_of(tenant)]
    credentials += [(place, of, client.cache) for place, of, client in clients_in(tenant)]
    for place, of, narrower in credentials:
        for key, message in widenings(rules_for(plan, tenant, projects[of]), narrower):
            yield f"{place}.", key, message
    for number, issuer in enumerate(tenant.issuers):
        # Of which project its callers are, their tokens say.
        for key, message in widenings(left, issuer.cache):
            yield f"issuers[{number}].", key, message


def _stop(target: Target) -> list[str]:
    """Return what makes the answers of a target different from those of another one."""
    upstream = target.upstream
    return [upstream.name, upstream.kind, upstream.origin.authority, upstream.base_path, target.model]
