"""The dialect of Anthropic's clients."""

import orjson

from gateway.vocabulary.refusal import Refusal
from gateway.wire.dialect import Asked
from gateway.wire.event import event
from gateway.wire.messages.answer import WholeMessage
from gateway.wire.messages.events import MessageStream
from gateway.wire.messages.request import read_messages

# https://docs.anthropic.com/en/api/errors
_KINDS = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_SERVER_ERROR = 500
# By these words the SDKs know that they have to hold the conversation themselves, and go on.
_DETAILS = {"thread_unsupported": {"error_code": "thread_unsupported_request", "unsupported": ["thread"]}}


class MessagesDialect:
    """Messages, whole and streamed."""

    stream_beat = event("ping")
    id_field: bytes | None = b"request-id"

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        request = read_messages(body)
        return Asked(request, (MessageStream() if request.stream else WholeMessage(),))

    def refusal_body(self, refusal: Refusal, request_id: str) -> bytes:
        """Return the JSON body of a refusal; `code` is ours."""
        return orjson.dumps({"type": "error", **_error(refusal, request_id)})

    def refusal_event(self, refusal: Refusal, request_id: str) -> bytes:
        """Return a refusal as the last event of a stream that has begun."""
        return event("error", **_error(refusal, request_id))


def _error(refusal: Refusal, request_id: str) -> dict[str, object]:
    of_last_resort = "api_error" if refusal.status >= _SERVER_ERROR else "invalid_request_error"
    error: dict[str, object] = {
        "type": _KINDS.get(refusal.status, of_last_resort),
        "message": refusal.message,
        "code": refusal.code,
    }
    if refusal.code in _DETAILS:
        error["details"] = _DETAILS[refusal.code]
    return {"error": error, "request_id": request_id}


MESSAGES = MessagesDialect()
