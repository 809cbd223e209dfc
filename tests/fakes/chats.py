"""Builders for requests, targets and bodies cut into chunks."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import orjson

from gateway.foundation.secret import Secret
from gateway.upstreams.kind import Reader
from gateway.upstreams.target import Origin, Target, Upstream
from gateway.vocabulary.residency import Clearance, Residency
from gateway.wire.chat import ChatRequest, parse_chat
from gateway.wire.completions.request import completion_request_of
from gateway.wire.frames import Frame
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.sse import data_of

CREDENTIAL = "sk-0123456789abcdef-upstreamhere"


def a_body(**fields: Any) -> dict[str, Any]:
    """Return a small chat request as a caller sends it; null takes a field away."""
    body = {"model": "deepseek-flash", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return {name: value for name, value in body.items() if value is not None}


def a_request(**fields: Any) -> ChatRequest:
    """Return the same, parsed."""
    return parse_chat(orjson.dumps(a_body(**fields)))


def a_sealed_request(**fields: Any) -> SealedRequest:
    """Return the same, sealed without a change."""
    return SealedRequest(a_request(**fields), Clearance.EXTERNAL)


def a_sealed_completion(prompt: str = "def f(", **fields: Any) -> SealedRequest:
    """Return a small request for a completion, sealed without a change."""
    request = completion_request_of({"model": "deepseek-flash", "prompt": prompt, **fields})
    return SealedRequest(request, Clearance.EXTERNAL)


def a_target(
    kind: str = "deepseek",
    *,
    base_path: str = "",
    residency: Residency = Residency.ON_PREMISES,
    credential: str | None = CREDENTIAL,
) -> Target:
    """Return an upstream of this kind that knows the model as `their-model`."""
    secret = None if credential is None else Secret(credential)
    upstream = Upstream(
        f"the-{kind}", kind, Origin("http", "127.0.0.1", 8000), base_path, residency, credential=secret
    )
    return Target(upstream, "their-model")


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """Return a body in chunks, cut at these places."""
    edges = [0, *sorted({place % (len(body) + 1) for place in places}), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def read_through(reader: Reader, chunks: Iterable[bytes]) -> list[Frame]:
    """Return every frame of a body that comes in these chunks and ends properly."""
    frames = [frame for chunk in chunks for frame in reader.feed(chunk)]
    return [*frames, *reader.finish()]


def chunks_in(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """Return the JSON of every event that holds some."""
    return [orjson.loads(data) for frame in frames if (data := data_of(frame.raw)).startswith(b"{")]
