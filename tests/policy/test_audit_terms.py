"""How requests of one project for one model are written down."""

import pytest

from gateway.audit.rules import AuditRules, LevelRule
from gateway.audit.terms import AuditTerms, Level
from gateway.policy.audit_terms import audit_terms

RULES = AuditRules(
    level="request",
    rules=(
        LevelRule(level="none", tenants=("test-*",)),
        LevelRule(level="full", projects=("care",), models=("deepseek-r?",)),
        LevelRule(level="metadata", models=("deepseek-*",)),
    ),
)


@pytest.mark.parametrize(
    ("tenant", "project", "model", "level"),
    [
        ("test-1", "care", "deepseek-r1", Level.NONE),
        ("acme", "care", "deepseek-r1", Level.FULL),
        ("acme", "shop", "deepseek-r1", Level.METADATA),
        ("acme", "care", "qwen", Level.REQUEST),
    ],
)
def test_the_first_rule_that_fits_counts(tenant: str, project: str, model: str, level: Level) -> None:
    """
    And where none does, the level of the plan.
    """
    assert level is audit_terms(RULES, tenant, project, model).level


def test_durability_and_failure_are_those_of_the_plan() -> None:
    """
    Compiled into flags, so that no request compares words.
    """
    strict = audit_terms(AuditRules(durability="strict", on_failure="fail_open"), "a", "b", "c")
    lazy = audit_terms(AuditRules(durability="os"), "a", "b", "c")

    assert AuditTerms(is_strict=True, fails_open=True) == strict
    assert AuditTerms(is_lazy=True) == lazy
