"""The endpoints of the token desk, over HTTP."""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.edge.doorway import arrival_of, new_request_id
from gateway.edge.oauth.metadata import INTROSPECT, JWKS, METADATA, REVOKE, TOKEN, metadata_of
from gateway.foundation.addresses import Address
from gateway.identity.clients import ClientRecord
from gateway.identity.issuing.errors import OAuthError
from gateway.identity.issuing.form import MOST_FORM_BYTES, read_form, shown_client
from gateway.identity.issuing.token_desk import TokenDesk
from gateway.vocabulary.arrival import Arrival

_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
# As long as a verifier may take to notice a new key, which is published an hour before it signs.
_PUBLIC = {"cache-control": "public, max-age=300"}
_CHALLENGE = 'Basic realm="deepseek-gateway", charset="UTF-8"'

Form: TypeAlias = Mapping[str, str]
Answering: TypeAlias = Callable[[ClientRecord, Form], Awaitable[Response]]


class OAuthEndpoints:
    """
    Token, introspection, revocation, and the two public documents.

    `address_of` says from where a request really comes, behind trusted proxies.
    """

    def __init__(self, desk: TokenDesk, address_of: Callable[[Arrival], Address | None]) -> None:
        self._desk = desk
        self._address_of = address_of

    def routes(self) -> list[Route]:
        """Return the routes of all of it."""
        return [
            Route(TOKEN, self.token, methods=["POST"]),
            Route(INTROSPECT, self.introspect, methods=["POST"]),
            Route(REVOKE, self.revoke, methods=["POST"]),
            Route(METADATA, self.metadata),
            Route(JWKS, self.jwks),
        ]

    async def token(self, request: Request) -> Response:
        """POST /oauth2/token (RFC 6749 4.4)."""
        return await self._serve(request, self._issue)

    async def introspect(self, request: Request) -> Response:
        """POST /oauth2/introspect (RFC 7662)."""
        return await self._serve(request, self._introspect)

    async def revoke(self, request: Request) -> Response:
        """POST /oauth2/revoke (RFC 7009)."""
        return await self._serve(request, self._revoke)

    async def metadata(self, _request: Request) -> Response:
        """GET /.well-known/oauth-authorization-server (RFC 8414)."""
        document = metadata_of(self._desk.name, self._desk.scopes())
        return JSONResponse(document, headers=_PUBLIC)

    async def jwks(self, _request: Request) -> Response:
        """GET /.well-known/jwks.json (RFC 7517)."""
        return JSONResponse(self._desk.source.published(), headers=_PUBLIC)

    async def _serve(self, request: Request, answer: Answering) -> Response:
        try:
            form = read_form(request.headers.get("content-type", ""), await _body(request))
            shown = shown_client(request.headers.get("authorization"), form)
            address = self._address_of(arrival_of(request.scope, 0.0))
            return await answer(self._desk.authenticate(shown, address), form)
        except OAuthError as error:
            return _refused(error)

    async def _issue(self, client: ClientRecord, form: Form) -> Response:
        return _answered(self._desk.issue(client, form))

    async def _introspect(self, client: ClientRecord, form: Form) -> Response:
        return _answered(self._desk.introspect(client, _token_in(form)))

    async def _revoke(self, client: ClientRecord, form: Form) -> Response:
        await self._desk.revoke(client, _token_in(form))
        return Response(headers=_head())


def _token_in(form: Form) -> str:
    if "token" not in form:
        raise OAuthError("invalid_request", "The parameter token is missing.")
    return form["token"]


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_FORM_BYTES:
                raise OAuthError("invalid_request", f"The form is larger than {MOST_FORM_BYTES} bytes.")
    except ClientDisconnect as error:
        raise OAuthError("invalid_request", "The form was cut short.") from error
    return bytes(body)


def _head() -> dict[str, str]:
    return {**_NO_STORE, "x-request-id": new_request_id()}


def _answered(content: Mapping[str, Any]) -> Response:
    return JSONResponse(content, headers=_head())


def _refused(error: OAuthError) -> Response:
    head = _head()
    if error.status == 401:
        head["www-authenticate"] = _CHALLENGE
    if error.retry_after is not None:
        head["retry-after"] = str(max(1, math.ceil(error.retry_after)))
    content = {"error": error.error, "error_description": error.description}
    return JSONResponse(content, error.status, headers=head)
