"""What administrators are refused."""

from gateway.vocabulary.refusal import Blame, Refusal


class BadAdminRequest(Refusal):
    """What was wanted cannot be; `param` names the field."""

    status, code, kind, blame = 400, "invalid_request", "invalid_request_error", Blame.CALLER
    should_retry = False


class NoSuchThing(Refusal):
    """There is no such key or tenant, or this administrator may not know of it."""

    status, code, kind, blame = 404, "not_found", "invalid_request_error", Blame.CALLER
    should_retry = False


class ChangedMeanwhile(Refusal):
    """Someone else changed the same thing at the same time."""

    status, code, kind, blame = 409, "state_conflict", "invalid_request_error", Blame.CALLER


class StateUnreachable(Refusal):
    """The state store does not answer, so nothing was changed."""

    status, code, blame = 503, "state_unavailable", Blame.GATEWAY
