"""What a policy document may say about traces."""

from gateway.policy.shapes import read_shape
from gateway.telemetry.rules import TelemetryRules


def test_a_callers_trace_is_not_taken_on_by_default() -> None:
    """
    Who says nothing about it trusts nobody's ids.
    """
    assert ("restart", []) == (TelemetryRules().trace_context, read_shape({}, TelemetryRules)[1])


def test_another_word_is_a_mistake() -> None:
    """
    With its key and the words that are known.
    """
    _, mistakes = read_shape({"trace_context": "trust"}, TelemetryRules)

    assert [("trace_context", "must be one of: restart, accept")] == mistakes
