"""A body that Starlette hands over in parts."""

from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from gateway.edge.request_body import BodyTooLarge
from gateway.edge.whole_body import whole_body


def a_request(*messages: dict[str, Any]) -> Request:
    """A request whose server says this."""
    said = iter(messages)

    async def receive() -> Any:
        return next(said)

    return Request({"type": "http", "method": "POST", "headers": [], "path": "/"}, receive)


def a_part(data: bytes, *, more: bool = True) -> dict[str, Any]:
    """A part of a body."""
    return {"type": "http.request", "body": data, "more_body": more}


async def test_the_parts_are_one_body() -> None:
    """
    However many they were, and as long as the bound allows.
    """
    body = await whole_body(a_request(a_part(b"one "), a_part(b"two", more=False)), 7)

    assert b"one two" == body


async def test_a_body_beyond_the_bound_is_refused_before_its_end() -> None:
    """
    Nobody waits for the rest.
    """
    with pytest.raises(BodyTooLarge):
        await whole_body(a_request(a_part(b"one "), a_part(b"two")), 6)


async def test_a_body_that_breaks_off_is_none() -> None:
    """
    The client left.
    """
    with pytest.raises(ClientDisconnect):
        await whole_body(a_request(a_part(b"one "), {"type": "http.disconnect"}), 6)
