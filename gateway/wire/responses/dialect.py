"""The dialect of OpenAI's newer clients."""

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import ChatDialect
from gateway.wire.dialect import Asked
from gateway.wire.event import event
from gateway.wire.json_body import read_object, refuse_depth
from gateway.wire.responses.answer import WholeResponse
from gateway.wire.responses.events import ResponseStream
from gateway.wire.responses.manner import manner_of
from gateway.wire.responses.request import chat_request_of

# Whoever tells of a break does not know how many events were told before: after all of them.
_LAST_NUMBER = 2**31 - 1


class ResponsesDialect(ChatDialect):
    """Responses, whole and streamed; what is refused before a stream begins looks as at chat."""

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        fields = read_object(body)
        refuse_depth(body, fields)
        request, manner = chat_request_of(fields), manner_of(fields)
        return Asked(request, (ResponseStream(manner) if request.stream else WholeResponse(manner),))

    def refusal_event(self, refusal: Refusal, request_id: str) -> bytes:
        """
        Return a refusal as the last event of a stream that has begun.

        It stands there twice: as OpenAI documents the event, and under `error`,
        where its SDKs look for what they raise.
        """
        error = {"code": refusal.code, "message": refusal.message, "param": refusal.param}
        whole = {**error, "type": refusal.kind, "request_id": request_id}
        return event("error", sequence_number=_LAST_NUMBER, **error, error=whole)


RESPONSES = ResponsesDialect()
