"""The desk where administrators are served: what is the same for every route."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.admin.act import AdminRoute, AdminVisit, Done
from gateway.edge.admin.refusals import (
    BadAdminRequest,
    ChangedMeanwhile,
    NoSuchThing,
    StateUnreachable,
)
from gateway.edge.doorway import arrival_of, new_request_id
from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import InternalError
from gateway.edge.whole_body import whole_body
from gateway.foundation.clock import Clock
from gateway.foundation.state_store import StateConflict, StateUnavailable
from gateway.identity.key_office import BadOrder, UnknownKey
from gateway.identity.key_orders import Actor
from gateway.identity.scopes import ADMIN_READ, require
from gateway.pipeline.pipeline import Pipeline
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.notice import Listener, Notice
from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT

_BODY_LIMIT_BYTES = 256 * 1024
_PERSON_DIGITS = 16


class AdminDesk:
    """
    Serve admin routes.

    Administrators show a credential like everyone else; the route names the
    scope that it needs. A fault becomes a 500 without its text.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        listeners: Sequence[Listener],
        on_error: Callable[[BaseException, str], None],
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self.listeners = listeners
        self._on_error = on_error

    def routes(self, routes: Iterable[AdminRoute]) -> list[Route]:
        """Return the routes as Starlette wants them."""
        return [Route(one.path, self._serving(one), methods=[one.method]) for one in routes]

    def _serving(self, route: AdminRoute) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            request_id = new_request_id()
            try:
                done = await self._serve(route, request)
            except Refusal as refusal:
                return _refused(refusal, request_id)
            except ClientDisconnect:
                return _refused(BadAdminRequest("The body did not arrive."), request_id)
            except Exception as error:  # noqa: BLE001 - the last seam: a fault becomes a 500 without its text
                self._on_error(error, request_id)
                return _refused(InternalError("The gateway failed. Nothing more is known."), request_id)
            fields = {"x-request-id": request_id, "cache-control": "no-store"}
            body = orjson.dumps(done.document, option=orjson.OPT_APPEND_NEWLINE)
            return Response(body, done.status, fields, "application/json")

        return serve

    async def _serve(self, route: AdminRoute, request: Request) -> Done:
        arrival = arrival_of(request.scope, self._clock.monotonic())
        book, caller = await self._pipeline.recognise(arrival)
        facts = {"actor": actor_of(caller).name, "what": f"{route.method} {route.path}"}
        try:
            require(caller, route.scope)
        except Refusal as refusal:
            self._tell(Notice("admin.refused", facts | {"reason": refusal.code}))
            raise
        _refuse_unasked(route, [name for name, _ in request.query_params.multi_items()])
        visit = AdminVisit(
            actor_of(caller), book, request.path_params, request.query_params, await _body(request)
        )
        try:
            done = await _obeyed(route, visit)
        finally:
            for notice in visit.notices:
                self._tell(notice)
        # Who looks into the audit log is told by the log itself, and with what they looked for.
        if route.scope == ADMIN_READ:
            self._tell(Notice("admin.read", facts))
        return done

    def _tell(self, notice: Notice) -> None:
        for listener in self.listeners:
            listener.noticed(notice)


def actor_of(caller: Caller) -> Actor:
    """Return who acts, and how far their word reaches; a person by a digest, beside the client they use."""
    name = f"{caller.tenant}/{caller.credential_id}"
    if caller.user is not None:
        seen = f"{caller.tenant}\n{caller.user}".encode()
        name += f"/user-{hashlib.sha256(seen).hexdigest()[:_PERSON_DIGITS]}"
    return Actor(name, caller.tenant, caller.scopes)


def _refuse_unasked(route: AdminRoute, said: Sequence[str]) -> None:
    """Refuse what would be passed over of a query: a misspelled filter must not find everything."""
    if twice := [name for name, count in Counter(said).items() if count > 1]:
        raise BadAdminRequest("The query says this more than once. Ask once for each.", param=twice[0][:64])
    asks = route.asks
    if asks is not None and (others := [name for name in said if name not in asks]):
        known = f"{', '.join(asks)} and nothing else" if asks else "nothing"
        raise BadAdminRequest(f"The query of this path takes {known}.", param=others[0][:64])


async def _obeyed(route: AdminRoute, visit: AdminVisit) -> Done:
    try:
        return await route.act(visit)
    except BadOrder as error:
        raise BadAdminRequest(f"{error.field} {error.reason}.", param=error.field) from error
    except UnknownKey as error:
        raise NoSuchThing(f"{error}.".capitalize()) from error
    except StateConflict as error:
        raise ChangedMeanwhile(f"{error}. Read it again and decide anew.".capitalize()) from error
    except StateUnavailable as error:
        so_far = "only a part of this was done" if visit.notices else "nothing was changed"
        raise StateUnreachable(
            f"The state store does not answer, and {so_far}. Try again shortly.", retry_after=5
        ) from error


async def _body(request: Request) -> dict[str, Any]:
    written = await whole_body(request, _BODY_LIMIT_BYTES)
    if not written:
        return {}
    try:
        body = orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise BadAdminRequest("The body is no JSON.") from error
    if not isinstance(body, dict):
        raise BadAdminRequest("The body is no JSON object.")
    return body


def _refused(refusal: Refusal, request_id: str) -> Response:
    body = CHAT.refusal_body(refusal, request_id)
    fields = refusal_head(refusal, request_id, body)
    return Response(body, refusal.status, {name.decode(): value.decode() for name, value in fields})
