"""GET /v1/usage and GET /user/balance: where a caller stands with their limits."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.edge.doorway import arrival_of, new_request_id
from gateway.edge.operations import Models, model_routes, refused
from gateway.edge.token_counts import TokenCounts, token_count_routes
from gateway.foundation.clock import Clock
from gateway.limits.account import Line, balance_document, line_document
from gateway.pipeline.pipeline import Pipeline
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal

_LONGEST_USER = 512


class Accounts:
    """What callers ask about their own use; nobody sees another's."""

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        self._pipeline = pipeline
        self._clock = clock

    async def usage(self, request: Request) -> Response:
        """Return every limit of the caller and its standing; `?user=` asks for one end user."""
        try:
            caller, lines = await self._lines(request)
        except Refusal as refusal:
            return refused(refusal)
        return _found(
            {
                "object": "usage",
                "tenant": caller.tenant,
                "project": caller.project,
                "key": caller.credential_id,
                "limits": [line_document(line) for line in lines],
            }
        )

    async def balance(self, request: Request) -> Response:
        """Return what is left of the caller's budgets (https://api-docs.deepseek.com/api/get-user-balance)."""
        try:
            _, lines = await self._lines(request)
        except Refusal as refusal:
            return refused(refusal)
        return _found(balance_document(lines))

    async def _lines(self, request: Request) -> tuple[Caller, list[Line]]:
        arrival = arrival_of(request.scope, self._clock.monotonic())
        user = request.query_params.get("user", "")[:_LONGEST_USER] or None
        return await self._pipeline.account(arrival, user)


def account_routes(accounts: Accounts) -> list[Route]:
    """Return the routes, with and without /v1."""
    return [
        *(Route(path, accounts.usage) for path in ("/v1/usage", "/usage")),
        *(Route(path, accounts.balance) for path in ("/user/balance", "/v1/user/balance")),
    ]


def caller_routes(pipeline: Pipeline, clock: Clock) -> list[Route]:
    """Return the routes of everything that callers ask about themselves: models, requests, limits."""
    return [
        *model_routes(Models(pipeline, clock)),
        *account_routes(Accounts(pipeline, clock)),
        *token_count_routes(TokenCounts(pipeline, clock)),
    ]


def _found(content: dict[str, object]) -> Response:
    headers = {"x-request-id": new_request_id(), "cache-control": "no-store"}
    return JSONResponse(content, headers=headers)
