"""
Why a caller does not get an answer.

The tree of refusals, each declared beside the decision that raises it:

    Refusal
      identity   NotAuthenticated, ConflictingCredentials, CallerDisabled, InsufficientScope,
                 TooManyFailures, StandingUnknown,
                 InvalidToken, TokenUnmapped, IssuerUnavailable
      edge       BodyTooLarge, BodyTooSlow, BodyIncomplete, UnknownPath, WrongMethod, TlsRequired,
                 ShuttingDown,
                 BadAdminRequest, NoSuchThing, ChangedMeanwhile, StateUnreachable
      wire       InvalidRequest
      redaction  PrivateDataBlocked, PrivateDataLeft, UnreadableBlocked, RedactionFailed,
                 RequestTooLargeToRedact, AnswerBlocked
      limits     LimitExceeded (BudgetExhausted, DemandTooLarge), AboveCeiling, LimitsUnavailable
      policy     UnknownModel, ResidencyUnavailable, UpstreamUnconfigured
      cache      SharedAnswerLost, FellBehind
      upstreams  UpstreamRefused, UpstreamUnreachable, UpstreamBroke, UpstreamTimedOut, UpstreamBusy,
                 UpstreamSilent, UpstreamCompresses, CredentialUnavailable
"""

from collections.abc import Mapping
from enum import StrEnum


class Blame(StrEnum):
    """Who has to change something for the next try to succeed."""

    CALLER = "caller"
    GATEWAY = "gateway"
    UPSTREAM = "upstream"


class Refusal(Exception):
    """
    What a caller is told instead of an answer.

    `status` is the HTTP status, `code` is stable and documented in
    docs/errors.md, `kind` is the OpenAI error `type`, `message` is safe to
    show, `param` names the field at fault, `retry_after` is in seconds, and
    `should_retry` says outright whether an SDK may try again
    (`x-should-retry`); None leaves that to the status.
    """

    status: int = 500
    code: str = "internal_error"
    kind: str = "api_error"
    blame: Blame = Blame.GATEWAY
    should_retry: bool | None = None
    extra_headers: Mapping[str, str] = {}

    def __init__(self, message: str, *, param: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after = retry_after
