"""The dialect of those who ask for vectors, always whole."""

from gateway.wire.embeddings.inputs import callers_place
from gateway.wire.embeddings.request import embedding_request_of
from gateway.wire.text_dialect import TextDialect

EMBEDDINGS = TextDialect(embedding_request_of, callers_place)
