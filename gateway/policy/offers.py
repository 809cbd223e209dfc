"""
What each project of each tenant may ask for: models x tenants, worked out once.

For one model and one project, in this order: the globs of tenant and project
must both match the model's own name; the route keeps the stops that are
available, each with the tenant's own credential if it brings one; the
simulator is taken out for every tenant but `demo`; the stops that the
clearance does not permit are taken out; `first_available` keeps the first
that is left, and for requests that have to stay on the premises the first
that is there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from gateway.limits.limit_terms import limit_terms
from gateway.limits.sheet_memory import SheetMemory
from gateway.policy.answer_keeping import kept_by, rules_for, thoughts_kept
from gateway.policy.audit_terms import audit_terms
from gateway.policy.book import ModelEntry, Offer
from gateway.policy.credentials import credential_of, has_credential, source_of
from gateway.policy.documents import ModelRules, ProjectRules, TenantDocument
from gateway.policy.globs import is_glob, matches
from gateway.policy.pricing import least_of, tariff_of
from gateway.policy.profiles import profile_for
from gateway.policy.refusals import ResidencyUnavailable, UpstreamUnconfigured
from gateway.policy.servers import Servers
from gateway.policy.terms import Plan, Terms
from gateway.policy.vetting import DEFAULT_PROJECT
from gateway.redaction.profile import Profile
from gateway.upstreams.itinerary import Retry, permitted
from gateway.upstreams.target import Target, Upstream
from gateway.usage.prices import PriceBook
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.residency import Clearance, Residency

DEMO_TENANT = "demo"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What all tenants choose from under one policy version."""

    version: str
    models: Mapping[str, ModelRules]
    servers: Servers
    profiles: Mapping[str, Profile]
    prices: PriceBook
    sheets: SheetMemory = field(default_factory=SheetMemory, compare=False)


def offers_of(shelf: Shelf, tenant: TenantDocument, plan: Plan) -> dict[str, Offer]:
    """Return the offer of every project of a tenant."""
    projects = {DEFAULT_PROJECT: ProjectRules(), **tenant.projects}
    return {name: _offer(shelf, tenant, name, project, plan) for name, project in projects.items()}


def _offer(
    shelf: Shelf, tenant: TenantDocument, project_name: str, project: ProjectRules, plan: Plan
) -> Offer:
    terms: dict[str, Terms] = {}
    withheld: dict[str, Callable[[], Refusal]] = {}
    entries: dict[str, ModelEntry] = {}
    globs: list[tuple[str, str]] = []
    clearance = Clearance(project.residency or tenant.residency)
    keeping = rules_for(plan.cache, tenant, project)
    redaction = project.redaction or tenant.redaction or plan.redaction
    for name, rules in shelf.models.items():
        if not (matches(tenant.models, name) and matches(project.models, name)):
            continue
        found = _targets(shelf.servers, rules, tenant, clearance)
        home: tuple[Target, ...] = ()
        names = (name, *(alias for alias in rules.aliases if not is_glob(alias)))
        globs += [(alias, name) for alias in rules.aliases if is_glob(alias)]
        for public in names:
            if isinstance(found, tuple):
                entries[public] = _entry(public, rules)
            else:
                withheld[public] = partial(found.for_model, name)
        if isinstance(found, tuple):
            if rules.selection == "first_available":
                found, home = found[:1], _home_of(found, shelf.servers)
            tariff = tariff_of(shelf.prices, (*found, *home))
            cache = kept_by(keeping, name, (*found, *home))
            profile = profile_for(name, redaction, shelf.profiles)
            agreed = Terms(
                policy_version=shelf.version,
                tenant=tenant.tenant,
                model=name,
                targets=found,
                home=home,
                clearance=clearance,
                body_limit_bytes=plan.body_limit_bytes,
                audit=audit_terms(plan.audit, tenant.tenant, project_name, name),
                defaults=MappingProxyType(rules.defaults),
                retry=Retry(rules.retries.attempts, rules.retries.seconds),
                redaction=profile,
                is_at_home=all(target.upstream.residency is Residency.ON_PREMISES for target in found),
                limits=limit_terms(plan.limits, tenant.tenant, project_name, name, shelf.sheets),
                tariff=tariff,
                least=least_of(tariff, may_be_kept=cache is not None),
                cache=cache,
                thought_seconds=thoughts_kept(plan.thoughts, (tenant, project), profile, (*found, *home)),
            )
            terms.update(dict.fromkeys(names, agreed))
    return Offer(terms, withheld, entries, tuple(globs))


def _entry(name: str, rules: ModelRules) -> ModelEntry:
    own = {"id": name, "object": "model", "created": rules.created, "owned_by": rules.owned_by}
    return {**own, **rules.about}


def _targets(
    servers: Servers, rules: ModelRules, tenant: TenantDocument, clearance: Clearance
) -> tuple[Target, ...] | type[UpstreamUnconfigured] | type[ResidencyUnavailable]:
    there = [
        Target(upstream, leg.model)
        for leg in rules.route
        if (upstream := _own(servers, leg.upstream, tenant)) is not None
        and (leg.upstream not in servers.simulators or tenant.tenant == DEMO_TENANT)
    ]
    if not there:
        return UpstreamUnconfigured
    cleared = permitted(there, clearance)
    return cleared or ResidencyUnavailable


def _home_of(stops: tuple[Target, ...], servers: Servers) -> tuple[Target, ...]:
    """Return the first stop on the premises, where the first of all is outside; a pretend one is none."""
    if stops[0].upstream.residency is Residency.ON_PREMISES:
        return ()
    at_home = permitted(stops, Clearance.ON_PREMISES)
    return tuple(stop for stop in at_home if stop.upstream.name not in servers.simulators)[:1]


def _own(servers: Servers, name: str, tenant: TenantDocument) -> Upstream | None:
    """Return an upstream as this tenant goes there: with its own credential if it brings one."""
    brought = tenant.upstreams.get(name)
    if brought is None or not has_credential(brought):
        return servers.available.get(name)
    upstream = servers.available.get(name) or servers.lacking_credential.get(name)
    if upstream is None:
        return None
    return replace(upstream, credential=credential_of(brought), credential_source=source_of(brought))
