"""Why nothing may leave: it could not be written down."""

from gateway.vocabulary.refusal import Blame, Refusal


class AuditUnavailable(Refusal):
    """The audit log cannot be written, and policy lets nothing leave unrecorded."""

    status, code, blame = 503, "audit_unavailable", Blame.GATEWAY
    should_retry = True

    @classmethod
    def now(cls) -> "AuditUnavailable":
        """Say so, and nothing about the machine."""
        return cls(
            "The request cannot be recorded now, and is not sent unrecorded. Try again shortly.",
            retry_after=5.0,
        )
