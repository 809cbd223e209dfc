"""What a policy document may say about the audit log."""

from typing import Any

import pytest

from gateway.audit.rules import AuditRules, LevelRule, objections
from gateway.policy.shapes import read_shape


def test_metadata_on_the_disk_soon_is_the_default() -> None:
    """
    A document without the section writes who and where, never what, and lets nothing leave unrecorded.
    """
    rules = AuditRules()

    assert ("metadata", "group", "fail_closed") == (rules.level, rules.durability, rules.on_failure)


def test_a_level_that_does_not_exist_is_refused() -> None:
    """
    With those that do.
    """
    rules, mistakes = read_shape({"level": "everything"}, AuditRules)

    assert rules is None
    assert [("level", "must be one of: none, metadata, request, request_response, full")] == mistakes


def test_a_rule_that_hides_those_behind_it_is_objected_to() -> None:
    """
    Only the last one may fit everything.
    """
    hidden, _ = read_shape({"rules": [{"level": "none"}, {"level": "full", "tenants": ["acme"]}]}, AuditRules)
    good, _ = read_shape({"rules": [{"level": "full", "tenants": ["acme"]}, {"level": "none"}]}, AuditRules)

    assert hidden is not None
    assert good is not None
    assert ["rules[0]"] == [place for place, _ in objections(hidden)]
    assert [] == list(objections(good))


@pytest.mark.parametrize(
    ("earlier", "later", "is_hidden"),
    [
        ({"models": ("deepseek-*",)}, {"models": ("deepseek-v4-pro",)}, True),
        ({"models": ("deepseek-*",)}, {"models": ("deepseek-v4-pro",), "tenants": ("acme",)}, True),
        ({"tenants": ("acme",)}, {"tenants": ("acme",), "projects": ("care",)}, True),
        ({"tenants": ("test-*",)}, {"tenants": ("test-*",), "models": ("m",)}, True),
        ({"tenants": ("acme",), "models": ("deepseek-*",)}, {"models": ("deepseek-v4-pro",)}, False),
        ({"models": ("deepseek-*",)}, {"models": ("deepseek-v4-pro", "qwen")}, False),
        ({"models": ("deepseek-v?",)}, {"models": ("deepseek-v*",)}, False),
        ({"models": ("deepseek-v4-pro",)}, {"models": ("deepseek-*",)}, False),
        ({"models": ("deepseek-*",), "level": "full"}, {"models": ("deepseek-v4-pro",)}, False),
    ],
)
def test_a_rule_behind_one_that_fits_all_of_it_is_objected_to(
    earlier: dict[str, Any],
    later: dict[str, Any],
    is_hidden: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """
    Unless both say the same; of patterns, only what is sure.
    """
    rules = AuditRules(rules=(LevelRule(**({"level": "none"} | earlier)), LevelRule(level="full", **later)))

    expected = ["rules[1]"] if is_hidden else []
    assert expected == [place for place, _ in objections(rules)]
