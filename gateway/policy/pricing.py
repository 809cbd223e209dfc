"""Prices meet routes: what each target costs, and whether every limit on money knows the prices it needs."""

from collections.abc import Iterator, Sequence

from gateway.identity.key_document import KeyDocument
from gateway.limits.limit_rule import LimitRule
from gateway.limits.rules import KeyLimits
from gateway.policy.clients import clients_in
from gateway.policy.documents import Documents, LegRules, ModelRules, TenantDocument
from gateway.policy.errors import PolicyError
from gateway.policy.globs import matches, permits
from gateway.policy.servers import SIMULATOR
from gateway.policy.vetting import keys_of
from gateway.upstreams.target import Target
from gateway.usage.prices import PriceBook, objections, price_book
from gateway.usage.tariff import Tariff
from gateway.vocabulary.demand import ONE_REQUEST, Amounts

FILE = "prices.yaml"
_DEMO_TENANT = "demo"


def tariff_of(prices: PriceBook, targets: Sequence[Target]) -> Tariff | None:
    """Return what these targets cost, or None where nobody says."""
    places = {(target.upstream.name, target.model) for target in targets}
    lists = {place: found for place in sorted(places) if (found := prices.lists(*place))}
    return Tariff(lists) if lists else None


def least_of(tariff: Tariff | None, *, may_be_kept: bool) -> Amounts:
    """Return what any request takes: no tokens and no money where its answer may be kept."""
    if may_be_kept:
        return ONE_REQUEST
    return Amounts(1, 1, 1, {} if tariff is None else tariff.least())


def vet_prices(documents: Documents) -> Iterator[PolicyError]:
    """Yield what is wrong with the prices, and every limit on money that lacks one."""
    mistakes = [] if documents.prices is None else list(objections(documents.prices))
    yield from (PolicyError(FILE, key, message) for key, message in mistakes)
    if mistakes or documents.models is None or FILE in documents.unread:
        return
    prices = price_book(documents.prices)
    told: set[PolicyError] = set()
    for name, tenant in documents.tenants.items():
        for file, key, rule in _spending(documents, name, tenant):
            for model, rules in documents.models.models.items():
                if not (matches(tenant.models, model) and matches(rule.models, model)):
                    continue
                told.update(_lacking(documents, prices, tenant, rule, (file, key, model, rules)))
    yield from told


def unpriced_model(documents: Documents, key: KeyDocument, rule: LimitRule) -> str | None:
    """Return a model that a key may ask and whose price in the currency of its limit nobody says, if any."""
    tenant = documents.tenants.get(key.tenant)
    if rule.currency is None or tenant is None or documents.models is None or FILE in documents.unread:
        return None
    prices = price_book(documents.prices)
    project = tenant.projects.get(key.project)
    for model, rules in documents.models.models.items():
        if not (permits(key.models, model) and matches(tenant.models, model) and matches(rule.models, model)):
            continue
        if project is not None and not matches(project.models, model):
            continue
        if any(_unpriced(documents, prices, tenant, rule, rules)):
            return model
    return None


def _spending(
    documents: Documents, name: str, tenant: TenantDocument
) -> Iterator[tuple[str, str, LimitRule]]:
    plan = documents.plans.get(tenant.plan)
    for place, rule in enumerate(plan.limits.rules if plan is not None else ()):
        if rule.currency is not None:
            yield f"plans/{tenant.plan}.yaml", f"limits.rules[{place}]", rule
    for where, limits in _own_limits(tenant):
        for place, rule in enumerate(limits.rules if limits is not None else ()):
            if rule.currency is not None:
                yield f"tenants/{name}.yaml", f"{where}.limits.rules[{place}]", rule


def _own_limits(tenant: TenantDocument) -> Iterator[tuple[str, KeyLimits | None]]:
    """Yield the limits that credentials of a tenant bring, with their places."""
    yield from ((where, key.limits) for where, _, key in keys_of(tenant))
    yield from ((where, client.limits) for where, _, client in clients_in(tenant))
    yield from ((f"issuers[{place}]", issuer.limits) for place, issuer in enumerate(tenant.issuers))


def _lacking(
    documents: Documents,
    prices: PriceBook,
    tenant: TenantDocument,
    rule: LimitRule,
    where: tuple[str, str, str, ModelRules],
) -> Iterator[PolicyError]:
    file, key, model, rules = where
    for leg in _unpriced(documents, prices, tenant, rule, rules):
        yield PolicyError(
            file,
            key,
            f"counts {rule.currency}, and {FILE} has no such price of '{leg.model}' at the upstream "
            f"'{leg.upstream}', to which the model '{model}' goes; add it, or a price of \"0\"",
        )


def _unpriced(
    documents: Documents, prices: PriceBook, tenant: TenantDocument, rule: LimitRule, rules: ModelRules
) -> Iterator[LegRules]:
    upstreams = documents.upstreams.upstreams if documents.upstreams is not None else {}
    for leg in rules.route:
        upstream = upstreams.get(leg.upstream)
        if upstream is None or (upstream.kind == SIMULATOR and tenant.tenant != _DEMO_TENANT):
            continue
        if rule.currency not in prices.lists(leg.upstream, leg.model):
            yield leg
