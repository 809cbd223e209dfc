"""The body of a request that Starlette routes, read within a bound."""

from starlette.requests import Request

from gateway.edge.request_body import BodyTooLarge


async def whole_body(request: Request, limit_bytes: int) -> bytes:
    """Return the body, or raise `BodyTooLarge`, or `ClientDisconnect` if it does not come."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            raise BodyTooLarge(f"The request body is larger than {limit_bytes} bytes.")
        parts.append(part)
    return b"".join(parts)
