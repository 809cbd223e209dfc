"""
Which addresses of pictures, sounds and films a model server may be given.

A server fetches what it is told to. Inside our own walls that would let any
caller read what the server can reach, so local servers get data: URLs alone;
an address of the server's own disk is never passed on.
"""

from collections.abc import Iterator
from typing import Any

from gateway.wire.chat import ChatRequest
from gateway.wire.invalid_request import InvalidRequest

_INLINE = ("data:",)
_INLINE_OR_PUBLIC = ("data:", "http://", "https://")


def check_media_urls(request: ChatRequest, *, may_fetch: bool) -> None:
    """Raise `InvalidRequest` for an address that this upstream must not follow."""
    schemes = _INLINE_OR_PUBLIC if may_fetch else _INLINE
    for position, message in enumerate(request.body["messages"]):
        content = message.get("content")
        if type(content) is not list:
            continue
        for index, part in enumerate(content):
            for name, url in _urls(part):
                if not (isinstance(url, str) and url[:8].lower().startswith(schemes)):
                    raise _refusal(f"messages[{position}].content[{index}].{name}", may_fetch=may_fetch)


def _urls(part: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in part.items():
        if name.endswith("_url") and value is not None:
            yield name, value.get("url") if isinstance(value, dict) else value


def _refusal(param: str, *, may_fetch: bool) -> InvalidRequest:
    allowed = "an http(s) address or a data: URL" if may_fetch else "a data: URL (base64)"
    return InvalidRequest(
        f"The model that serves this request takes media only as {allowed}.",
        param=param,
        code="unsupported_image_url",
    )
