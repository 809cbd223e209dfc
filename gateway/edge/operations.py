"""What callers and operators ask besides chat: models, health, metrics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from gateway.edge.dialects import dialect_at
from gateway.edge.doorway import arrival_of, new_request_id
from gateway.edge.refusal_reply import refusal_head
from gateway.edge.refusals import UnknownPath, WrongMethod
from gateway.edge.unserved import advice_for
from gateway.foundation.clock import Clock
from gateway.identity.client_address import FORWARDED, client_address
from gateway.identity.conditions import Network, is_within
from gateway.identity.scopes import MODELS, require
from gateway.pipeline.pipeline import Pipeline
from gateway.policy.book import PolicyBook
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import CHAT
from gateway.wire.dialect import Dialect
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.messages.models import model_of, page_of


class Condition(Protocol):
    """Whether new requests are welcome."""

    def is_ready(self) -> bool:
        """Return false before the start is complete and once the gateway drains."""


def refused(refusal: Refusal, dialect: Dialect = CHAT) -> Response:
    """Return a refusal as a response of Starlette's."""
    request_id = new_request_id()
    body = dialect.refusal_body(refusal, request_id)
    fields = refusal_head(refusal, request_id, body, id_field=dialect.id_field)
    return Response(body, refusal.status, {name.decode(): value.decode() for name, value in fields})


class Models:
    """GET /v1/models and /v1/models/{id}: only what this caller may use."""

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        self._pipeline = pipeline
        self._clock = clock

    async def list(self, request: Request) -> Response:
        """Return all models of the caller (https://api-docs.deepseek.com/api/list-models)."""
        try:
            book, caller = await self._identify(request)
        except Refusal as refusal:
            return refused(refusal, _dialect_of(request))
        models = book.models(caller)
        is_anthropic = _dialect_of(request) is MESSAGES
        return found(page_of(models) if is_anthropic else {"object": "list", "data": models})

    async def one(self, request: Request) -> Response:
        """Return one model of the caller."""
        try:
            book, caller = await self._identify(request)
            model = book.model(caller, request.path_params["name"])
        except Refusal as refusal:
            return refused(refusal, _dialect_of(request))
        return found(model_of(model) if _dialect_of(request) is MESSAGES else model)

    async def _identify(self, request: Request) -> tuple[PolicyBook, Caller]:
        arrival = arrival_of(request.scope, self._clock.monotonic())
        book, caller = await self._pipeline.recognise(arrival)
        require(caller, MODELS)
        return book, caller


def _dialect_of(request: Request) -> Dialect:
    """Return what is spoken where both kinds of clients ask at the same path."""
    return MESSAGES if "anthropic-version" in request.headers else dialect_at(request.url.path)


def found(content: Mapping[str, object]) -> Response:
    """Return what a caller asked for, under a new request id, by both names that clients look for."""
    request_id = new_request_id()
    return JSONResponse(content, headers={"x-request-id": request_id, "request-id": request_id})


class Operations:
    """Health, readiness and metrics."""

    def __init__(
        self,
        condition: Condition,
        exposition: Callable[[str], Awaitable[tuple[bytes, str]]],
        metrics_networks: Sequence[Network],
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._condition = condition
        self._exposition = exposition
        self._metrics_networks = metrics_networks
        self._trusted_proxies = trusted_proxies

    async def alive(self, _request: Request) -> Response:
        """The process runs."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """The gateway takes requests; 503 while it starts or drains."""
        if self._condition.is_ready():
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "draining"}, status_code=503)

    async def metrics(self, request: Request) -> Response:
        """Prometheus metrics, for the operator's own networks; to anyone else there is no such path."""
        if not self._is_from_operator(request):
            return refused(_unknown(request))
        try:
            body, media_type = await self._exposition(request.headers.get("accept", ""))
        except Refusal as refusal:
            return refused(refusal)
        return Response(body, media_type=media_type)

    def _is_from_operator(self, request: Request) -> bool:
        arrival = arrival_of(request.scope, 0.0)
        # Who asks from a proxy's network, and not through the proxy, is who it is.
        proxies = self._trusted_proxies if FORWARDED in arrival.headers else ()
        return is_within(client_address(arrival.peer, arrival.headers, proxies), self._metrics_networks)


_PLACES = (
    "Chat is at /v1/chat/completions, text completions are at /v1/completions, responses at /v1/responses, "
    "messages at /v1/messages, models at /v1/models, your limits at /v1/usage."
)


def _unknown(request: Request) -> UnknownPath:
    path = request.url.path[:100]
    printable = path if path.isascii() and path.isprintable() else "(unprintable)"
    return UnknownPath(" ".join([f"Nothing is served at {printable}.", *advice_for(path), _PLACES]))


def _methods_at(request: Request) -> str:
    """Return every method that some route of this path takes; the router says those of the first."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    fitting = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in fitting for method in route.methods or ()}))


async def _unrouted(request: Request, error: Exception) -> Response:
    """Answer what Starlette's router refuses in the shape of every other refusal."""
    dialect = _dialect_of(request)
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = _methods_at(request)
        return refused(WrongMethod(f"This path takes {allowed}. Use that method.", allowed=allowed), dialect)
    return refused(_unknown(request), dialect)


def routes_of(operations: Operations, *, with_metrics: bool) -> list[Route]:
    """Return the routes that an operator or an orchestrator asks."""
    routes = [
        *(Route(path, operations.alive) for path in ("/healthz", "/health/liveliness")),
        *(Route(path, operations.ready) for path in ("/readyz", "/health/readiness")),
    ]
    if with_metrics:
        routes.append(Route("/metrics", operations.metrics))
    return routes


def operations_app(routes: list[Route]) -> Starlette:
    """Return the Starlette application for everything that is not hot."""
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: _unrouted, 404: _unrouted, 405: _unrouted}
    )
    # A redirect would turn a client's POST into a GET.
    app.router.redirect_slashes = False
    return app


def model_routes(models: Models) -> list[Route]:
    """Return the model routes, with and without /v1, and where Anthropic's clients ask."""
    paths = ("/v1/models", "/models", "/anthropic/v1/models")
    return [
        *(Route(path, models.list) for path in paths),
        *(Route(f"{path}/{{name:path}}", models.one) for path in paths),
    ]
