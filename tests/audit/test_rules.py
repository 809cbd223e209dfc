"""How much is written down."""

from gateway.audit.rules import AuditRules
from gateway.policy.shapes import read_shape


def test_metadata_is_the_only_level() -> None:
    """
    A level that would keep more is refused, not ignored.
    """
    rules, mistakes = read_shape({"level": "full"}, AuditRules)

    assert rules is None
    assert [("level", "must be one of: metadata")] == mistakes


def test_metadata_is_the_default() -> None:
    """
    A document without the key writes metadata.
    """
    assert "metadata" == AuditRules().level
