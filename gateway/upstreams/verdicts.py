"""
What a failed answer means, by stable code.

A kind finds the code; everything else follows from this table. The codes
stand in docs/errors.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.foundation.secret import Secret
from gateway.upstreams.foreign_error import ForeignError
from gateway.upstreams.kind import Diagnosis
from gateway.upstreams.retry_after import retry_after
from gateway.upstreams.scrub import bounded, scrub


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a code: for the caller, and for the next try."""

    status: int
    kind: str
    message: str
    retry_here: bool
    try_next: bool
    quotes: bool = False


VERDICTS: dict[str, Verdict] = {
    "upstream_rejected": Verdict(
        400, "invalid_request_error", "The model server rejected the request", False, False, quotes=True
    ),
    # OpenAI's own code: agents shorten their conversation when they read it.
    "context_length_exceeded": Verdict(
        400,
        "invalid_request_error",
        "The request does not fit into the model's context",
        False,
        False,
        quotes=True,
    ),
    "content_risk": Verdict(
        400,
        "invalid_request_error",
        "The model server refused the content as a risk (Content Exists Risk). Change the prompt.",
        False,
        False,
    ),
    "upstream_misconfigured": Verdict(
        502,
        "api_error",
        "The gateway's settings do not fit the model server; its operator has to look at them",
        False,
        True,
        quotes=True,
    ),
    "upstream_credential_rejected": Verdict(
        502,
        "api_error",
        "The model server did not accept the gateway's credential; the gateway's operator has to renew it.",
        False,
        True,
    ),
    "upstream_balance_exhausted": Verdict(
        503,
        "api_error",
        "The balance at the model provider is used up; the gateway's operator has to top it up.",
        False,
        True,
    ),
    "upstream_rate_limited": Verdict(
        429, "rate_limit_error", "The model provider limits our rate. Try again shortly.", True, True
    ),
    "upstream_overloaded": Verdict(
        503, "service_unavailable_error", "The model server is overloaded. Try again shortly.", True, True
    ),
    "upstream_timeout": Verdict(
        504, "api_error", "The model server did not answer in time. Try again.", True, True
    ),
    "upstream_unsupported": Verdict(
        502, "api_error", "The model server does not support this request", False, True, quotes=True
    ),
    "upstream_error": Verdict(502, "api_error", "The model server failed", True, True, quotes=True),
}

_CODE_OF_STATUS = {
    400: "upstream_rejected",
    401: "upstream_credential_rejected",
    402: "upstream_balance_exhausted",
    403: "upstream_credential_rejected",
    404: "upstream_misconfigured",
    405: "upstream_misconfigured",
    # A forward proxy wants another credential than it was shown.
    407: "upstream_misconfigured",
    408: "upstream_timeout",
    413: "upstream_rejected",
    415: "upstream_misconfigured",
    422: "upstream_rejected",
    429: "upstream_rate_limited",
    501: "upstream_unsupported",
    503: "upstream_overloaded",
    504: "upstream_timeout",
    529: "upstream_overloaded",
}
_PASSED_ON = frozenset({400, 413, 422})


def code_of_status(status: int) -> str:
    """Return the code for a status that nothing more telling is known about."""
    if 300 <= status < 400:
        return "upstream_misconfigured"
    return _CODE_OF_STATUS.get(status, "upstream_error")


def diagnosis_of(
    code: str, error: ForeignError, *, status: int, headers: Mapping[bytes, bytes], credential: Secret | None
) -> Diagnosis:
    """Write out what a code means in this case."""
    verdict = VERDICTS[code]
    passed_on = code == "upstream_rejected" and status in _PASSED_ON
    return Diagnosis(
        status=status if passed_on else verdict.status,
        code=code,
        kind=verdict.kind,
        message=_message(verdict, code, error, credential),
        retry_here=verdict.retry_here,
        try_next=verdict.try_next,
        retry_after=retry_after(headers) if verdict.retry_here else None,
    )


def _message(verdict: Verdict, code: str, error: ForeignError, credential: Secret | None) -> str:
    quoted = scrub(error.message, credential)
    if error.code == code and quoted.startswith(verdict.message):
        # Our own words, come back: a stream's error is written once and read again.
        return quoted
    if not verdict.quotes:
        return verdict.message
    return bounded(f"{verdict.message}: {quoted}") if quoted else f"{verdict.message}."
