"""What a client of the token endpoints is told: the errors of RFC 6749 5.2."""

from typing import Literal

ErrorName = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_token_type",
    "temporarily_unavailable",
]
_STATUS = {"invalid_client": 401, "temporarily_unavailable": 503}


class OAuthError(Exception):
    """
    A request that is refused.

    `error` is one of the names that clients know, `description` is for
    people, `retry_after` in seconds.
    """

    def __init__(self, error: ErrorName, description: str, *, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.retry_after = retry_after
        self.status = _STATUS.get(error, 400)


class TooManyAttempts(OAuthError):
    """From this address came too many secrets that were none."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(
            "temporarily_unavailable",
            "Too many attempts from this address failed. Wait before the next one.",
            retry_after=retry_after,
        )
        self.status = 429
