"""What policy says for a caller who said nothing."""

from collections.abc import Mapping
from typing import Any

from gateway.wire.chat import ChatRequest


def fill_in(request: ChatRequest, defaults: Mapping[str, Any]) -> ChatRequest:
    """Return the request with policy's values in the fields that the caller left out."""
    if not defaults:
        return request
    missing = {field: value for field, value in defaults.items() if field not in request.body}
    if not missing:
        return request
    is_plain = request.is_plain and "tools" not in missing
    body = {**request.body, **missing}
    return ChatRequest(request.model, request.stream, request.include_usage, body, is_plain)
