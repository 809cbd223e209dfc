"""The header fields of a refusal, which SDKs obey."""

import math

from gateway.vocabulary.refusal import Refusal

# OpenAI's Python SDK gives up on a longer wait, and its Node SDK sleeps for it.
_LONGEST_RETRY_AFTER_SECONDS = 120


def refusal_head(
    refusal: Refusal, request_id: str, body: bytes, *, id_field: bytes | None = None
) -> list[tuple[bytes, bytes]]:
    """Return the header fields of a refusal that is sent with its own status; its id also as `id_field`."""
    fields = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
    ]
    if id_field is not None:
        fields.append((id_field, request_id.encode()))
    should_retry = refusal.should_retry
    if refusal.retry_after is not None:
        seconds = max(1, math.ceil(refusal.retry_after))
        fields.append((b"retry-after", b"%d" % seconds))
        if seconds > _LONGEST_RETRY_AFTER_SECONDS:
            should_retry = False
    if should_retry is not None:
        fields.append((b"x-should-retry", b"true" if should_retry else b"false"))
    for name, value in refusal.extra_headers.items():
        fields.append((name.lower().encode(), value.encode()))
    return fields
