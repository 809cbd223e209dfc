"""POST /v1/messages/count_tokens: how much a request is, before it is sent."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.dialects import MESSAGES_BASES
from gateway.edge.doorway import arrival_of
from gateway.edge.operations import found, refused
from gateway.edge.request_body import BodyIncomplete
from gateway.edge.whole_body import whole_body
from gateway.foundation.clock import Clock
from gateway.identity.scopes import CHAT, require
from gateway.pipeline.pipeline import Pipeline
from gateway.vocabulary.refusal import Refusal
from gateway.wire.messages.dialect import MESSAGES
from gateway.wire.messages.request import read_messages
from gateway.wire.token_estimate import estimate_request


class TokenCounts:
    """Estimate prompts; nothing of them is kept or sent on."""

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        self._pipeline = pipeline
        self._clock = clock

    async def count(self, request: Request) -> Response:
        """Return an estimate (https://docs.anthropic.com/en/api/messages-count-tokens)."""
        try:
            tokens = await self._count(request)
        except Refusal as refusal:
            return refused(refusal, MESSAGES)
        except ClientDisconnect:
            return refused(BodyIncomplete("The request body did not arrive."), MESSAGES)
        return found({"input_tokens": tokens})

    async def _count(self, request: Request) -> int:
        arrival = arrival_of(request.scope, self._clock.monotonic())
        book, caller = await self._pipeline.recognise(arrival)
        require(caller, CHAT)
        asked = read_messages(await whole_body(request, book.body_limit(caller)))
        book.terms(caller, asked.model)
        return estimate_request(asked.body)


def token_count_routes(counts: TokenCounts) -> list[Route]:
    """Return the routes, at every base URL of Anthropic's clients."""
    paths = [f"{base}/messages/count_tokens" for base in MESSAGES_BASES]
    return [Route(path, counts.count, methods=["POST"]) for path in paths]
