"""Where a request goes: the hot paths at once, everything else through Starlette."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.edge.dialects import dialect_at
from gateway.edge.doorway import new_request_id
from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import WrongMethod


class Door:
    """
    The gateway as one ASGI application.

    A dictionary stands before Starlette's router, which costs more than the
    whole look-up of a caller.
    """

    def __init__(self, hot_paths: Mapping[str, ASGIApp], everything_else: ASGIApp) -> None:
        self._hot_paths = hot_paths
        self._everything_else = everything_else

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] == "http":
            endpoint = self._hot_paths.get(scope["path"])
            if endpoint is not None:
                if scope["method"] == "POST":
                    await endpoint(scope, receive, send)
                else:
                    await _refuse_method(scope["path"], send)
                return
        await self._everything_else(scope, receive, send)


async def _refuse_method(path: str, send: Send) -> None:
    refusal = WrongMethod("This path takes POST. Use that method.", allowed="POST")
    request_id = new_request_id()
    dialect = dialect_at(path)
    body = dialect.refusal_body(refusal, request_id)
    head = refusal_head(refusal, request_id, body, id_field=dialect.id_field)
    await send({"type": "http.response.start", "status": refusal.status, "headers": head})
    await send({"type": "http.response.body", "body": body})
