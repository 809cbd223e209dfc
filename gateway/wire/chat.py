"""Chat completions: what callers ask (https://api-docs.deepseek.com/api/create-chat-completion)."""

from typing import Any

import msgspec
import orjson

from gateway.wire.chat_messages import check_messages
from gateway.wire.chat_options import check_options
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.plain_chat import MODEL_CHARACTERS, is_plain
from gateway.wire.sse import BYTE_ORDER_MARK

# Fewer brackets than this cannot nest deeper than orjson can write (254 levels).
_HARMLESS_BRACKETS = 200
# Each object and list takes some sixty bytes and more when it is read: without
# a bound, 32 MiB of `[],` become a gigabyte. A prompt that fills the largest
# context with JSON text stays far below it.
_MOST_BRACKETS = 300_000


class ChatRequest(msgspec.Struct, frozen=True):
    """
    One chat completion request, parsed and checked.

    `body` is the JSON object as the caller sent it, key order kept; nobody
    changes it. `include_usage` is true where the caller asked for
    `stream_options.include_usage`; `is_plain` where every message is known to
    be a role and a text, and there are no tools; `bound_is_ours` where its
    `max_tokens` is the plan's, because the caller named none.
    """

    model: str
    stream: bool
    include_usage: bool
    body: dict[str, Any]
    is_plain: bool = False
    bound_is_ours: bool = False


def parse_chat(body: bytes) -> ChatRequest:
    """
    Read a chat completion request, or raise `InvalidRequest`.

    Only what the gateway or every upstream relies on is checked; an unknown
    field passes. Of a key that comes twice, the last one counts.
    """
    fields = _read_object(body)
    if is_plain(fields):
        return ChatRequest(fields["model"], fields.get("stream") is True, False, fields, True)
    _refuse_depth(body, fields)
    model = _read_model(fields.get("model"))
    check_messages(fields.get("messages"))
    check_options(fields)
    options = fields.get("stream_options")
    return ChatRequest(
        model=model,
        stream=fields.get("stream") is True,
        include_usage=options is not None and options.get("include_usage") is True,
        body=fields,
    )


def end_user_of(request: ChatRequest) -> str | None:
    """Return whom the caller says it asks for: DeepSeek's `user_id`, else OpenAI's `user`."""
    body = request.body
    said = body.get("user_id") or body.get("user")
    return said if said and isinstance(said, str) else None


def _read_object(body: bytes) -> dict[str, Any]:
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


def _refuse_depth(body: bytes, fields: dict[str, Any]) -> None:
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


def _read_model(model: object) -> str:
    if type(model) is not str or not model:
        raise InvalidRequest(
            "`model` is missing or not a text. Name one of the models that GET /v1/models lists.",
            param="model",
        )
    if len(model) > MODEL_CHARACTERS:
        raise InvalidRequest(
            f"`model` is longer than {MODEL_CHARACTERS} characters. "
            "Name one of the models that GET /v1/models lists.",
            param="model",
        )
    return model
