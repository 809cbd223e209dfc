"""What a caller is told about private data."""

from gateway.redaction.refusals import PrivateDataBlocked


def test_a_refusal_names_kinds_and_place() -> None:
    """
    The way out stands in it, and an SDK need not try again.
    """
    refusal = PrivateDataBlocked.holding(("EMAIL", "PHONE"), "messages[0].content")

    assert "EMAIL, PHONE" in refusal.message
    assert ("messages[0].content", False) == (refusal.param, refusal.should_retry)
