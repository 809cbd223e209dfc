"""POST /v1/messages/count_tokens and /v1/responses/input_tokens: how much a request is, before it is sent."""

from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.dialects import MESSAGES_BASES, OPENAI_BASES
from gateway.edge.doorway import arrival_of
from gateway.edge.operations import found, refused
from gateway.edge.request_body import BodyIncomplete
from gateway.edge.whole_body import whole_body
from gateway.foundation.clock import Clock
from gateway.identity.scopes import CHAT, require
from gateway.pipeline.pipeline import Pipeline
from gateway.vocabulary.refusal import Refusal
from gateway.wire.dialect import Dialect
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.responses.dialect import RESPONSES
from gateway.wire.token_estimate import estimate_prompt


class TokenCounts:
    """Estimate prompts; nothing of them is kept or sent on."""

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        self._pipeline = pipeline
        self._clock = clock

    async def of_message(self, request: Request) -> Response:
        """Return an estimate (https://docs.anthropic.com/en/api/messages-count-tokens)."""
        return await self._answer(request, MESSAGES, {})

    async def of_response(self, request: Request) -> Response:
        """Return an estimate (https://platform.openai.com/docs/api-reference/responses/input-tokens)."""
        return await self._answer(request, RESPONSES, {"object": "response.input_tokens"})

    async def _answer(self, request: Request, dialect: Dialect, beside: Mapping[str, str]) -> Response:
        try:
            tokens = await self._count(request, dialect)
        except Refusal as refusal:
            return refused(refusal, dialect)
        except ClientDisconnect:
            return refused(BodyIncomplete("The request body did not arrive."), dialect)
        return found({**beside, "input_tokens": tokens})

    async def _count(self, request: Request, dialect: Dialect) -> int:
        arrival = arrival_of(request.scope, self._clock.monotonic())
        book, caller = await self._pipeline.recognise(arrival)
        require(caller, CHAT)
        asked = dialect.read(await whole_body(request, book.body_limit(caller))).request
        book.terms(caller, asked.model)
        return estimate_prompt(asked.body)


def token_count_routes(counts: TokenCounts) -> list[Route]:
    """Return the routes, at every base URL that clients have."""
    of_messages = [f"{base}/messages/count_tokens" for base in MESSAGES_BASES]
    of_responses = [f"{base}/responses/input_tokens" for base in OPENAI_BASES]
    return [
        *(Route(path, counts.of_message, methods=["POST"]) for path in of_messages),
        *(Route(path, counts.of_response, methods=["POST"]) for path in of_responses),
    ]
