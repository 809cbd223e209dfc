"""What policy says for a caller who said nothing."""

from collections.abc import Mapping
from typing import Any

from gateway.wire.chat import ChatRequest
from gateway.wire.token_bounds import output_bound


def fill_in(request: ChatRequest, defaults: Mapping[str, Any], max_tokens: int | None = None) -> ChatRequest:
    """
    Return the request with policy's values in the fields that the caller left out.

    `max_tokens` counts as left out where it is null, and not where the caller
    gave it by its newer name.
    """
    body, missing = request.body, {}
    if defaults:
        missing = {field: value for field, value in defaults.items() if field not in body}
    if max_tokens is not None and output_bound({**body, **missing} if missing else body) is None:
        missing["max_tokens"] = max_tokens
    if not missing:
        return request
    is_plain = request.is_plain and "tools" not in missing
    return ChatRequest(request.model, request.stream, request.include_usage, {**body, **missing}, is_plain)
