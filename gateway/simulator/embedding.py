"""Embeddings as model servers make them; hosted DeepSeek has none, and answers 404."""

import struct
from base64 import b64encode
from hashlib import shake_128
from typing import Any, Literal

import msgspec
import orjson

from gateway.simulator.request import ChatRequest, Message, Switch, no_body

DIMENSIONS = 16


class EmbeddingRequest(msgspec.Struct):
    """The body of a request for vectors; unknown fields are ignored."""

    model: str
    input: str | list[str]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    user: str | None = None

    @property
    def texts(self) -> list[str]:
        """The texts that are to become vectors."""
        return [self.input] if isinstance(self.input, str) else self.input

    def as_chat(self) -> ChatRequest:
        """Return the same as a conversation, to be weighed."""
        messages = [Message("user", text) for text in self.texts]
        return ChatRequest(self.model, messages, thinking=Switch("disabled"))


_decode = msgspec.json.Decoder(EmbeddingRequest).decode


def read_embedding(body: bytes) -> EmbeddingRequest:
    """Parse a body, or raise `DeclinedRequest` with what is wrong and where."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise no_body(error) from error


def vector_of(text: str, dimensions: int) -> list[float]:
    """Return numbers between -1 and 1 that are always the same for a text, and mean nothing."""
    return [place / 128 - 1 for place in shake_128(text.encode()).digest(dimensions)]


def vectors_of(request: EmbeddingRequest, prompt_tokens: int, *, with_usage: bool = True) -> bytes:
    """Return the vectors as one JSON document."""
    usage = {"usage": {"prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens}} if with_usage else {}
    data = [_written(request, number, text) for number, text in enumerate(request.texts)]
    return orjson.dumps({"object": "list", "model": request.model, "data": data, **usage})


def _written(request: EmbeddingRequest, number: int, text: str) -> dict[str, Any]:
    vector = vector_of(text, request.dimensions or DIMENSIONS)
    if request.encoding_format != "base64":
        return {"object": "embedding", "index": number, "embedding": vector}
    packed = struct.pack(f"<{len(vector)}f", *vector)
    return {"object": "embedding", "index": number, "embedding": b64encode(packed).decode()}
