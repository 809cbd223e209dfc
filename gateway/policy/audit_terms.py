"""How requests of one project for one model are written down."""

from collections.abc import Collection, Iterator

from gateway.audit.rules import AuditRules, LevelRule
from gateway.audit.terms import AuditTerms, Level
from gateway.policy.documents import Documents
from gateway.policy.errors import PolicyError
from gateway.policy.globs import is_glob, matches
from gateway.policy.hints import nearest
from gateway.policy.vetting import DEFAULT_PROJECT


def audit_terms(rules: AuditRules, tenant: str, project: str, model: str) -> AuditTerms:
    """Return what the first rule that fits says, or else the plan."""
    fitting = (
        rule.level
        for rule in rules.rules
        if matches(rule.tenants, tenant) and matches(rule.projects, project) and matches(rule.models, model)
    )
    return AuditTerms(
        level=Level(next(fitting, rules.level)),
        is_strict=rules.durability == "strict",
        is_lazy=rules.durability == "os",
        fails_open=rules.on_failure == "fail_open",
    )


def vet_audit_names(documents: Documents) -> Iterator[PolicyError]:
    """Yield every tenant and project in rules of plans that is not there."""
    if any(file.startswith("tenants/") for file in documents.unread):
        return
    tenants = documents.tenants
    projects = {DEFAULT_PROJECT, *(project for tenant in tenants.values() for project in tenant.projects)}
    for name, plan in documents.plans.items():
        for place, rule in enumerate(plan.audit.rules):
            for key, message in _strangers(rule, tenants, projects):
                yield PolicyError(f"plans/{name}.yaml", f"audit.rules[{place}].{key}", message)


def _strangers(
    rule: LevelRule, tenants: Collection[str], projects: Collection[str]
) -> Iterator[tuple[str, str]]:
    for kind, named, known in (("tenant", rule.tenants, tenants), ("project", rule.projects, projects)):
        for place, name in enumerate(named):
            if not is_glob(name) and name not in known:
                yield f"{kind}s[{place}]", f"no {kind} '{name}' in tenants/; {nearest(name, known)}"
