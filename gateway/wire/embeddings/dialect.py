"""The dialect of those who ask for vectors."""

from gateway.vocabulary.refusal import Refusal
from gateway.wire.chat_dialect import ChatDialect
from gateway.wire.dialect import Asked
from gateway.wire.embeddings.inputs import callers_place
from gateway.wire.embeddings.request import embedding_request_of
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth


class EmbeddingsDialect(ChatDialect):
    """
    Embeddings, always whole.

    Nothing translates the answer: a model server gives it in the caller's own words.
    """

    def read(self, body: bytes) -> Asked:
        """Read the body of a request, or raise `InvalidRequest`."""
        fields = read_object(body)
        refuse_depth(body, fields)
        return Asked(embedding_request_of(fields))

    def _place_of(self, refusal: Refusal) -> str | None:
        # Only what was read may be called otherwise further on.
        return refusal.param if isinstance(refusal, InvalidRequest) else callers_place(refusal.param)


EMBEDDINGS = EmbeddingsDialect()
