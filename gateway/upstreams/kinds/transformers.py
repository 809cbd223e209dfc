"""`transformers serve` (https://huggingface.co/docs/transformers/serving)."""

from collections.abc import Callable
from typing import Any

from gateway.upstreams.compatible import Compatible
from gateway.upstreams.completion_fields import COMPLETION_FIELDS
from gateway.upstreams.foreign_error import ForeignError
from gateway.upstreams.kind import Reader
from gateway.upstreams.request_fields import (
    OPENAI_FIELDS,
    name_the_limit,
    pick,
    with_known_roles,
    without_prefix_marks,
)
from gateway.upstreams.stream_reader import StreamReader
from gateway.upstreams.target import Target
from gateway.upstreams.whole_reader import AssemblingReader
from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Frame


class Transformers(Compatible):
    """
    A server that refuses every field it does not know.

    It always streams towards us, and whole answers are put together here: it
    goes on generating for a whole call whose caller left, and stops for a
    stream. Its streams have no [DONE], and usage on the last chunk. It puts a
    `suffix` behind the text, and fills no gap with it. It makes no embeddings.
    """

    completion_fields = COMPLETION_FIELDS
    makes_embeddings = False
    unheeded = ("suffix", "echo", "logprobs")

    def _write(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = pick(request, OPENAI_FIELDS, target.model)
        name_the_limit(body)
        body["messages"] = without_prefix_marks(with_known_roles(body["messages"]))
        body["stream"] = True
        return body

    def _write_completion(self, request: ChatRequest, target: Target) -> dict[str, Any]:
        body = super()._write_completion(request, target)
        body.pop("stream_options", None)
        body["stream"] = True
        return body

    def _reader(self, request: ChatRequest, complain: Callable[[bytes], Frame]) -> Reader:
        events = StreamReader(complain)
        return events if request.stream else AssemblingReader(events)

    def _code(self, status: int, error: ForeignError) -> str:
        if "server is pinned to" in error.message.lower() or "unexpected fields" in error.message.lower():
            return "upstream_misconfigured"
        return super()._code(status, error)
