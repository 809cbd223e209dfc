"""How requests of one project for one model are written down."""

from pathlib import Path

import pytest

from gateway.audit.rules import AuditRules, LevelRule
from gateway.audit.terms import AuditTerms, Level
from gateway.policy.audit_terms import audit_terms, vet_audit_names
from gateway.policy.loader import load
from tests.policy.folder import a_folder

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


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("tenants: [acme], projects: [app, default]", []),
        ("tenants: ['test-*'], projects: ['c?re']", []),
        (
            "tenants: ['a*', acne]",
            [("audit.rules[0].tenants[1]", "no tenant 'acne' in tenants/; did you mean 'acme'?")],
        ),
        (
            "projects: [care]",
            [("audit.rules[0].projects[0]", "no project 'care' in tenants/; there is app, default")],
        ),
    ],
)
def test_a_rule_for_somebody_who_is_not_there_is_found(
    tmp_path: Path, rule: str, expected: list[tuple[str, str]]
) -> None:
    """
    Whoever wrote it believes in records that are not written; a pattern may be for later.
    """
    plan = f"plan: basic\naudit: {{rules: [{{level: full, {rule}}}]}}"

    found = list(vet_audit_names(load(a_folder(tmp_path, plans__basic=plan), {})))

    assert [("plans/basic.yaml", *one) for one in expected] == [
        (error.file, error.key, error.message) for error in found
    ]


def test_nobody_is_missed_while_a_tenant_cannot_be_read(tmp_path: Path) -> None:
    """
    The mistake in its document is told, and nothing that follows from it.
    """
    plan = "plan: basic\naudit: {rules: [{level: full, tenants: [acme], projects: [app]}]}"

    found = vet_audit_names(load(a_folder(tmp_path, plans__basic=plan, tenants__acme="a: ["), {}))

    assert [] == list(found)
