"""What policy says for a caller who said nothing."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gateway.wire.chat import ChatRequest
from gateway.wire.token_bounds import output_bound


def fill_in(request: ChatRequest, defaults: Mapping[str, Any], max_tokens: int | None = None) -> ChatRequest:
    """
    Return the request with policy's values in the fields that the caller left out.

    `max_tokens` counts as left out where it is null, and not where the caller
    gave it by its newer name.
    """
    body, missing, bound_is_ours = request.body, {}, False
    if defaults:
        missing = {field: value for field, value in defaults.items() if field not in body}
    if max_tokens is not None and output_bound({**body, **missing} if missing else body) is None:
        missing["max_tokens"], bound_is_ours = max_tokens, True
    if not missing:
        return request
    is_plain = request.is_plain and "tools" not in missing
    return ChatRequest(
        request.model, request.stream, request.include_usage, {**body, **missing}, is_plain, bound_is_ours
    )


def without_our_bound(request: ChatRequest) -> ChatRequest:
    """Return a request without the `max_tokens` that its caller never named: a server takes what is left."""
    body = {name: value for name, value in request.body.items() if name != "max_tokens"}
    return replace(request, body=body, bound_is_ours=False)
