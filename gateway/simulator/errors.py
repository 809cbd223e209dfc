"""
DeepSeek's refusals: status and exact bodies, as captured in 2026.

`code` is nearly always `invalid_request_error`, whatever happened.
"""

from dataclasses import dataclass

import orjson

_INVALID = "invalid_request_error"
_BUSY = "service_unavailable_error"


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer that is not a completion: its status, body and type of content, if it has one."""

    status: int
    body: bytes
    content_type: str | None = "application/json"


class DeclinedRequest(Exception):
    """A request that DeepSeek would not take."""

    def __init__(self, answered: Answered) -> None:
        super().__init__(answered.body.decode())
        self.answered = answered


def error_body(message: str, kind: str = _INVALID, code: str = _INVALID) -> bytes:
    """Return DeepSeek's error object as JSON."""
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}})


def invalid(message: str, status: int = 400) -> DeclinedRequest:
    """Make the refusal of a request that is at fault: 400 for its format, 422 for a parameter's value."""
    return DeclinedRequest(Answered(status, error_body(message)))


NO_HEADER = Answered(401, b"Authentication Fails (governor)", None)
BALANCE = Answered(402, error_body("Insufficient Balance", "unknown_error"))
BUSY = Answered(
    503,
    error_body(
        "Service is too busy. We advise users to temporarily switch to alternative "
        "LLM API service providers.",
        _BUSY,
        _BUSY,
    ),
)
RATE_LIMIT = Answered(
    429,
    error_body(
        "Too many requests. Your current concurrency is 2501, which exceeds your concurrency limit of 2500.",
        "rate_limit_error",
    ),
)
BALANCE_LIMIT = Answered(
    429,
    error_body(
        "Too many requests. Your current concurrency is 26, which exceeds your concurrency limit of 25 "
        "based on your remaining balance. Please top up your balance to restore your concurrency.",
        "rate_limit_error",
    ),
)
CONTENT_RISK = Answered(400, error_body("Content Exists Risk"))
NOT_FOUND = Answered(404, b"", None)
SERVER_ERROR = Answered(500, error_body("Internal Server Error", "internal_server_error"))

BY_NAME = {"rate": RATE_LIMIT, "balance": BALANCE_LIMIT, "content": CONTENT_RISK}
BY_STATUS = {402: BALANCE, 429: RATE_LIMIT, 500: SERVER_ERROR, 503: BUSY}


def bad_key(key: str) -> Answered:
    """Return the refusal of a wrong key; like DeepSeek's it repeats the key's last four characters."""
    message = f"Authentication Fails, Your api key: ****{key[-4:]} is invalid"
    return Answered(401, error_body(message, "authentication_error"))


def scripted(status: int | None, error: str | None, body: str | None) -> Answered:
    """Return the refusal that a script asks for, with DeepSeek's own body where it gives none."""
    chosen = BY_NAME.get(error or "")
    if chosen is None:
        if status == 401:
            chosen = bad_key("here")
        else:
            chosen = BY_STATUS.get(status or 200) or Answered(
                status or 200, error_body(f"Simulated status {status}.")
            )
    return Answered(
        status or chosen.status, chosen.body if body is None else body.encode(), chosen.content_type
    )
