"""The JSON object in the body of a request, read within bounds."""

from typing import Any

import orjson

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.sse import BYTE_ORDER_MARK

# Fewer brackets than this cannot nest deeper than orjson can write (254 levels).
_HARMLESS_BRACKETS = 200
# Each object and list takes some sixty bytes and more when it is read: without
# a bound, 32 MiB of `[],` become a gigabyte. A prompt that fills the largest
# context with JSON text stays far below it.
_MOST_BRACKETS = 300_000


def read_object(body: bytes) -> dict[str, Any]:
    """Return the object, or raise `InvalidRequest`; of a key that comes twice, the last one counts."""
    if len(body) > _MOST_BRACKETS and _brackets_in(body) > _MOST_BRACKETS:
        raise InvalidRequest(
            f"The request body has more than {_MOST_BRACKETS} opening brackets. Send fewer messages."
        )
    try:
        # RFC 8259 8.1: a byte order mark is wrong, and may be ignored.
        fields = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(_where(error), code="invalid_json") from error
    if type(fields) is not dict:
        raise InvalidRequest(
            "The request body has to be a JSON object, with `model` and `messages` in it.",
            code="invalid_json",
        )
    return fields


def refuse_depth(body: bytes, fields: dict[str, Any]) -> None:
    """Raise `InvalidRequest` if the object of this body is nested deeper than it can be written again."""
    if len(body) <= _HARMLESS_BRACKETS or _brackets_in(body) <= _HARMLESS_BRACKETS:
        return
    try:
        # Read and written by the same library, but written less deep; the
        # list leaves room for what a room may wrap around the body.
        orjson.dumps([[[[fields]]]])
    except TypeError as error:
        raise InvalidRequest(
            "The request body is nested too deeply. Flatten it to fewer than 250 levels.", code="invalid_json"
        ) from error


def _brackets_in(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _where(error: orjson.JSONDecodeError) -> str:
    return (
        f"The request body is not valid JSON in UTF-8 (line {error.lineno}, column {error.colno}). "
        "Send one complete JSON object."
    )
