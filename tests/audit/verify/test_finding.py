"""A finding says where, then what."""

from gateway.audit.verify.finding import Finding, broken


def test_a_finding_is_one_line_that_begins_with_the_place() -> None:
    """
    File, line and record, as far as they are known.
    """
    assert "a.jsonl, line 3, record 7: changed" == str(Finding("a.jsonl", "changed", 3, 7))
    assert "checkpoint: the file is missing" == str(Finding("checkpoint", "the file is missing"))


def test_a_failure_carries_its_finding() -> None:
    """
    Whoever catches it can tell the place without reading text.
    """
    failure = broken("a.jsonl", "changed", line=3)

    assert Finding("a.jsonl", "changed", 3) == failure.finding
    assert "a.jsonl, line 3: changed" == str(failure)
