"""What a policy document may say about the audit log."""

from gateway.audit.rules import AuditRules, objections
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
