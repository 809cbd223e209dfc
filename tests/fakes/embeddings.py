"""Requests for embeddings, and how servers answer them."""

from typing import Any

import orjson

from gateway.vocabulary.residency import Clearance
from gateway.wire.embeddings.request import embedding_request_of
from gateway.wire.sealed_request import SealedRequest

PATH = "/v1/embeddings"
MODEL = "deepseek-flash"


def an_embedding(texts: Any = "Hello", **fields: Any) -> dict[str, Any]:
    """The body of a request for vectors."""
    return {"model": MODEL, "input": texts} | fields


def a_sealed_embedding(texts: Any = "Hello", **fields: Any) -> SealedRequest:
    """Return a small request for vectors, sealed without a change."""
    return SealedRequest(embedding_request_of(an_embedding(texts, **fields)), Clearance.EXTERNAL)


def vectors(count: int = 1, **fields: Any) -> bytes:
    """Return an answer of so many vectors as servers write it."""
    data = [{"object": "embedding", "index": place, "embedding": [0.5, -0.25]} for place in range(count)]
    usage = {"prompt_tokens": 3 * count, "total_tokens": 3 * count}
    return orjson.dumps({"object": "list", "model": "theirs", "data": data, "usage": usage} | fields)
