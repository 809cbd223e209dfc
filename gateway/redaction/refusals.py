"""Why a request with private data does not leave, or an answer does not come."""

from collections.abc import Sequence

from gateway.vocabulary.refusal import Blame, Refusal


class PrivateDataBlocked(Refusal):
    """The request holds a kind of value that may not be sent to a model at all."""

    status, code, kind, blame = 403, "private_data_blocked", "invalid_request_error", Blame.CALLER
    should_retry = False

    @classmethod
    def holding(cls, entities: Sequence[str], param: str | None) -> "PrivateDataBlocked":
        """Name the kinds, never a value."""
        kinds = ", ".join(entities)
        return cls(
            f"The request holds private data that may not be sent: {kinds}. Take it out and send again.",
            param=param,
        )


class UnreadableBlocked(Refusal):
    """The request holds an image, a sound or a file, which nobody here can look through."""

    status, code, kind, blame = 403, "unreadable_content_blocked", "invalid_request_error", Blame.CALLER
    should_retry = False


class PrivateDataLeft(Refusal):
    """What was about to be sent still held private data."""

    status, code, kind, blame = 403, "private_data_left", "invalid_request_error", Blame.CALLER
    should_retry = False


class RedactionFailed(Refusal):
    """The request could not be looked through for private data, so it did not leave."""

    status, code = 503, "redaction_failed"


class RequestTooLargeToRedact(Refusal):
    """The request has more text, or more private data, than policy lets anyone look through."""

    status, code, kind, blame = 413, "redaction_too_large", "invalid_request_error", Blame.CALLER
    should_retry = False


class AnswerBlocked(Refusal):
    """The model brought up private data that may not reach a caller."""

    status, code, kind, blame = 502, "answer_blocked", "api_error", Blame.UPSTREAM
    should_retry = False
