"""The many shapes in which servers tell that something went wrong."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.wire.sse import BYTE_ORDER_MARK, data_of

_READ_BYTES = 64 * 1024

# vLLM, SGLang and DeepSeek say "context length", llama.cpp "context size", OpenAI "context window" too.
_TOO_LONG = re.compile("context (?:length|size|window)", re.IGNORECASE)
_TOO_LONG_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})

_STATUS_OF_TYPE = {
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "NotFoundError": 404,
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "UnprocessableEntityError": 422,
    "exceed_context_size_error": 400,
    "rate_limit_error": 429,
    "overloaded_error": 503,
    "unavailable_error": 503,
    "service_unavailable_error": 503,
    "ServiceUnavailableError": 503,
}


@dataclass(frozen=True, slots=True)
class ForeignError:
    """
    What a server says went wrong.

    Its words are not yet bounded or scrubbed; `status` is what they imply.
    """

    message: str = ""
    kind: str = ""
    code: str = ""
    status: int = 500


def read_foreign_error(body: bytes) -> ForeignError:
    """
    Read an error of any server: JSON of several shapes, an event, or plain text.

    Never fails: what cannot be read has an empty message.
    """
    body = body[:_READ_BYTES].removeprefix(BYTE_ORDER_MARK).strip()
    try:
        said = orjson.loads(
            data_of(body + b"\n\n").strip() if body.startswith((b"data:", b"event:")) else body
        )
    except orjson.JSONDecodeError:
        return ForeignError(message=_plain_text(body))
    if isinstance(said, str):
        return ForeignError(message=said)
    return error_in(said) or ForeignError()


def error_in(answer: object) -> ForeignError | None:
    """Return the error that a JSON document reports, or None if it reports none."""
    if not isinstance(answer, dict):
        return None
    if error := answer.get("error"):
        return _read(error) if isinstance(error, dict) else ForeignError(message=_text(error))
    if detail := answer.get("detail"):
        return ForeignError(message=_detail(detail), status=400)
    if answer.get("object") == "error" or ("message" in answer and "choices" not in answer):
        return _read(answer)
    return None


def is_too_long(error: ForeignError) -> bool:
    """Return whether a request was refused because it does not fit into the model's context."""
    named = not _TOO_LONG_CODES.isdisjoint((error.code, error.kind))
    return named or _TOO_LONG.search(error.message) is not None


def _read(error: dict[str, Any]) -> ForeignError:
    kind, code = _text(error.get("type")), error.get("code")
    status = code if type(code) is int and 400 <= code <= 599 else _STATUS_OF_TYPE.get(kind, 500)
    return ForeignError(_text(error.get("message")), kind, _text(code), status)


def _detail(detail: object) -> str:
    # FastAPI: a text, or a list of what was wrong where.
    if not isinstance(detail, list):
        return _text(detail)
    faults = [fault for fault in detail if isinstance(fault, dict)]
    return "; ".join(f"{_path(fault.get('loc'))}: {_text(fault.get('msg'))}" for fault in faults)


def _path(location: object) -> str:
    return ".".join(str(step) for step in location) if isinstance(location, list) else "body"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain_text(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    # A page made for a browser says nothing to a program.
    return "" if text.startswith("<") else text
