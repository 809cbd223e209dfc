"""What the limits turn away."""

from collections.abc import Mapping
from typing import Any

from gateway.vocabulary.refusal import Blame, Refusal


class LimitExceeded(Refusal):
    """The caller has used up a limit of their plan; it comes free by itself."""

    status, code, kind, blame = 429, "rate_limit_exceeded", "rate_limit_error", Blame.CALLER

    def __init__(
        self, message: str, *, limit: str = "", headers: Mapping[str, str] | None = None, **fields: Any
    ) -> None:
        super().__init__(message, **fields)
        self.limit = limit
        self.extra_headers = headers or {}


class BudgetExhausted(LimitExceeded):
    """The money of the period is spent; trying again does not bring it back."""

    code = "budget_exhausted"
    should_retry = False


class DemandTooLarge(LimitExceeded):
    """The request asks for more than the limit ever grants."""

    status, code, kind = 400, "request_exceeds_limit", "invalid_request_error"
    should_retry = False


class AboveCeiling(Refusal):
    """A parameter of the request is above what the plan permits."""

    status, code, kind, blame = 400, "parameter_above_plan", "invalid_request_error", Blame.CALLER
    should_retry = False


class LimitsUnavailable(Refusal):
    """Nobody can say whether the caller may go on, and the plan says to deny then."""

    status, code = 503, "limits_unavailable"
