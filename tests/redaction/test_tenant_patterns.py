"""Patterns that tenants write."""

import pytest

from gateway.redaction.failures import UnsafePattern
from gateway.redaction.tenant_patterns import recogniser_for


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a+)+b", "bound its repetitions"),
        ("(a{1,9}){1,9}", "repeats something that repeats"),
        ("(?:[0-9]{1,5}-?){1,20}", "repeats something that repeats"),
        (".*secret", "bound its repetitions"),
        ("a{1,60}a{1,60}b", "too many ways"),
        ("[0-9]{0,5}", "empty text"),
        (r"(a)\1", "refers back"),
        ("[a-", "not a pattern: unterminated character set, at position 0"),
        ("(?P=s3cret)", "not a pattern: unknown group name, at position"),
        ("(?P<s3-cret>a)", "not a pattern: bad character in group name, at position"),
        ("x" * 501, "longer than 500"),
        ("(" * 400, "not a pattern"),
    ],
)
def test_a_dangerous_pattern_is_refused_with_its_reason(pattern: str, reason: str) -> None:
    """
    What could run for ever on an unlucky text never runs.
    """
    with pytest.raises(UnsafePattern, match=reason):
        recogniser_for("X", pattern)


@pytest.mark.parametrize(
    ("pattern", "anchors"),
    [
        ("EMP-[0-9]{6}", ("emp-",)),
        (r"(?<![0-9])[0-9]{3}-[A-Z]{2,4}", ()),
        ("项目[甲乙丙]", ()),
        ("K[0-9]{4}", ()),
        ("(?:AB|CD){3}", ()),
    ],
)
def test_a_bounded_pattern_is_taken_and_looked_for_by_its_head(
    pattern: str, anchors: tuple[str, ...]
) -> None:
    """
    Letters that every match begins with let the engine find it.
    """
    assert anchors == recogniser_for("X", pattern).anchors
