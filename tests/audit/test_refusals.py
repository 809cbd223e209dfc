"""Why nothing may leave."""

from gateway.audit.refusals import AuditUnavailable


def test_a_caller_may_try_again() -> None:
    """
    After some seconds, and learns nothing about the machine.
    """
    refusal = AuditUnavailable.now()

    assert (503, 5.0, True) == (refusal.status, refusal.retry_after, refusal.should_retry)
    assert "disk" not in refusal.message
