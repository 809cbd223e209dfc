"""
Callers in a browser: which web pages may call (https://fetch.spec.whatwg.org/#http-cors-protocol).

A page can send nothing that its visitor did not give it: the credential is a
header that the page itself writes, never a cookie. So a page of an allowed
origin may read every answer and every field of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.door_extension import EXTENSION
from gateway.edge.doorway import Doorway
from gateway.vocabulary.arrival import Body, Reply

ANY_ORIGIN = "*"

_Fields = list[tuple[bytes, bytes]]
# What callers ask; operators and other programs use no page of somebody else.
_PATHS = ("/v1/", "/beta/", "/anthropic/", "/chat/", "/responses", "/models", "/usage", "/user/")
_REMEMBERED_SECONDS = b"7200"


class CrossOrigin:
    """
    Stand before the door for pages of these origins.

    A preflight is answered here; any other answer gets the fields without
    which a browser keeps it from the page.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)
        self._takes_any = ANY_ORIGIN in origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        fields = self._fields(scope) if scope["type"] == "http" else None
        if fields is None:
            await self._app(scope, receive, send)
            return
        named = dict(scope["headers"])
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in named:
            await send({"type": "http.response.start", "status": 204, "headers": _preflight(named, fields)})
            await send({"type": "http.response.body"})
            return
        await self._app(_with_open_doorway(scope, fields), receive, _adding(send, fields))

    def _fields(self, scope: Scope) -> _Fields | None:
        """Return what lets a page read the answer, None where none asks or may."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        if origin is None or not scope["path"].startswith(_PATHS):
            return None
        if self._takes_any:
            allowed: _Fields = [(b"access-control-allow-origin", b"*")]
        elif origin.lower() in self._origins:
            allowed = [(b"access-control-allow-origin", origin), (b"vary", b"origin")]
        else:
            return None
        return [*allowed, (b"access-control-expose-headers", b"*")]


class _OpenReply:
    """A reply whose head a page may read."""

    def __init__(self, reply: Reply, fields: _Fields) -> None:
        self._fields = fields
        self._reply = reply
        self.write = reply.write
        self.send_now = reply.send_now
        self.end = reply.end
        self.abort = reply.abort

    def begin(self, status: int, headers: _Fields) -> None:
        """Fix the head."""
        self._reply.begin(status, [*headers, *self._fields])


class _OpenDoorway:
    """A doorway with such a reply."""

    def __init__(self, doorway: Doorway, fields: _Fields) -> None:
        self.reply: Reply = _OpenReply(doorway.reply, fields)
        self.body: Body = doorway.body
        self.headers: Mapping[bytes, bytes] = doorway.headers
        self.on_gone: Callable[[Callable[[], None]], None] = doorway.on_gone


def _with_open_doorway(scope: Scope, fields: _Fields) -> Scope:
    extensions = scope.get("extensions") or {}
    if EXTENSION not in extensions:
        return scope
    doorway = _OpenDoorway(cast("Doorway", extensions[EXTENSION]), fields)
    return {**scope, "extensions": {**extensions, EXTENSION: doorway}}


def _adding(send: Send, fields: _Fields) -> Send:
    async def send_open(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *fields]}
        await send(message)

    return send_open


def _preflight(named: Mapping[bytes, bytes], fields: _Fields) -> _Fields:
    # The SDKs' own fields (`x-stainless-*`) change with each version: what is asked for is allowed.
    asked = named.get(b"access-control-request-headers", b"authorization, content-type")
    return [
        *fields,
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", asked),
        (b"access-control-max-age", _REMEMBERED_SECONDS),
        (b"vary", b"access-control-request-headers"),
    ]
