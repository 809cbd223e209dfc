"""Chat completions: what callers ask (https://api-docs.deepseek.com/api/create-chat-completion)."""

from typing import Any

import msgspec

from gateway.wire.chat_messages import check_messages
from gateway.wire.chat_options import check_options
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth
from gateway.wire.plain_chat import MODEL_CHARACTERS, is_plain

END_USER_FIELDS = ("user_id", "user", "safety_identifier")
"""How a request names its end user: DeepSeek's field, OpenAI's older and newer one; the first counts."""


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
    fields = read_object(body)
    if is_plain(fields):
        return _plain(fields)
    refuse_depth(body, fields)
    return _checked(fields)


def chat_of(fields: dict[str, Any]) -> ChatRequest:
    """Return the request with these fields, which another protocol's were turned into."""
    return _plain(fields) if is_plain(fields) else _checked(fields)


def _plain(fields: dict[str, Any]) -> ChatRequest:
    return ChatRequest(fields["model"], fields.get("stream") is True, False, fields, True)


def _checked(fields: dict[str, Any]) -> ChatRequest:
    model = read_model(fields.get("model"))
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
    """Return whom the caller says it asks for, if it names anybody."""
    for field in END_USER_FIELDS:
        if said := request.body.get(field):
            return said if isinstance(said, str) else None
    return None


def read_model(model: object) -> str:
    """Return the name of a model, or raise `InvalidRequest`."""
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
