"""The dialect of code editors, and of OpenAI's older clients."""

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import ChatDialect
from gateway.wire.completions.prompt import callers_place
from gateway.wire.completions.request import completion_request_of
from gateway.wire.dialect import Asked
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth


class CompletionsDialect(ChatDialect):
    """
    Completions, whole and streamed.

    Nothing translates the answer: a model server gives it in the caller's own
    words, because it is asked for a completion, too.
    """

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        fields = read_object(body)
        refuse_depth(body, fields)
        return Asked(completion_request_of(fields))

    def _place_of(self, refusal: Refusal) -> str | None:
        # Only what was read may be called otherwise further on.
        return refusal.param if isinstance(refusal, InvalidRequest) else callers_place(refusal.param)


COMPLETIONS = CompletionsDialect()
