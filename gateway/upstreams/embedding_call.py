"""How texts are sent to become vectors, and what comes back."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import orjson

from gateway.upstreams.foreign_error import error_in
from gateway.upstreams.kind import Garbled
from gateway.upstreams.request_fields import CONTROL_FIELDS, OPENAI_FIELDS
from gateway.upstreams.whole_reader import WholeReader
from gateway.wire.chat import ChatRequest
from gateway.wire.embeddings.inputs import inputs_of
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.usage_report import read_report

EMBEDDING_FIELDS = frozenset({"dimensions", "encoding_format", "user"})
# Policy's defaults may put some of them into any request.
_OF_CHAT = OPENAI_FIELDS | CONTROL_FIELDS | {"model", "safety_check", "thinking", "user_id"}


def embedding_body(
    request: ChatRequest, model: str, allowed: Collection[str] | None = None
) -> dict[str, Any]:
    """
    Return the body of the request for vectors, under the upstream's name for the model.

    One text alone is sent as a list too: every server takes that. Without a list of what is
    allowed, all fields pass that are not chat's and reach into no server.
    """
    rest = {name: value for name, value in request.body.items() if _passes(name, allowed)}
    return {"model": model, "input": inputs_of(request.body), **rest}


def refuse_to_embed() -> InvalidRequest:
    """Return the refusal of a request for vectors whose server has none."""
    return InvalidRequest(
        "The model that serves this request makes no embeddings. Ask for one that does, on a server of "
        "vLLM, SGLang, llama.cpp or another that has /embeddings.",
        param="model",
    )


def _passes(name: str, allowed: Collection[str] | None) -> bool:
    if allowed is not None:
        return name in allowed
    return name in EMBEDDING_FIELDS or name not in _OF_CHAT


class EmbeddingReader(WholeReader):
    """Turn one whole body of vectors into a frame; it stays as its bytes."""

    __slots__ = ("_count",)

    def __init__(self, complain: Callable[[bytes], Frame], count: int) -> None:
        super().__init__(complain)
        self._count = count

    def finish(self) -> Sequence[Frame]:
        """Return the answer; raise `Truncated` if there is none, `Garbled` if it is something else."""
        body = self._body()
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Garbled("the body is not JSON") from error
        if error_in(answer) is not None:
            return (self._complain(body),)
        vectors = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(vectors, list) or len(vectors) != self._count:
            raise Garbled(f"the body does not hold {self._count} embeddings")
        return (Frame(FrameKind.WHOLE, body, read_report(answer.get("usage"))),)
