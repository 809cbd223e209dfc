"""How requests of one project for one model are written down."""

from gateway.audit.rules import AuditRules
from gateway.audit.terms import AuditTerms, Level
from gateway.policy.globs import matches


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
