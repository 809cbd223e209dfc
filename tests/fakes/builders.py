"""Values as tests want them: everything has a default, only what matters is named."""

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.upstreams.kind import Diagnosis
from gateway.upstreams.target import Origin, Patience, Target, Upstream
from gateway.vocabulary.admitted import Admitted
from gateway.vocabulary.admitting import admit
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.ending import Ending
from gateway.vocabulary.outcome import Outcome
from gateway.vocabulary.residency import Clearance, Residency
from gateway.vocabulary.usage import Usage
from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sealed_request import SealedRequest
from gateway.wire.usage_report import read_usage


def an_arrival(**changes: Any) -> Arrival:
    """The head of a chat request with a good key."""
    fields: dict[str, Any] = {
        "request_id": "req_1",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query": b"",
        "headers": {b"authorization": b"Bearer sk-test-key"},
        "peer": "127.0.0.1",
        "received_at": 1000.0,
    }
    return Arrival(**(fields | changes))


def a_caller(tenant: str = "acme") -> Caller:
    """A caller of this tenant."""
    return Caller(tenant, "default", "key_1", "api_key")


def an_upstream(
    name: str = "first",
    residency: Residency = Residency.EXTERNAL,
    *,
    kind: str = "scripted",
    patience: Patience | None = None,
) -> Upstream:
    """An upstream that no one listens at."""
    origin = Origin("http", "127.0.0.1", 9)
    return Upstream(
        name, kind, origin, "/v1", residency, transport="scripted", patience=patience or Patience()
    )


def a_target(
    name: str = "first", residency: Residency = Residency.EXTERNAL, *, patience: Patience | None = None
) -> Target:
    """A target whose upstream calls its model `<name>-model`."""
    return Target(an_upstream(name, residency, patience=patience), f"{name}-model")


def a_chat_request(
    *, stream: bool = False, content: str = "Hello", model: str = "deepseek-chat"
) -> ChatRequest:
    """A request of one message."""
    body = {"model": model, "messages": [{"role": "user", "content": content}], "stream": stream}
    return ChatRequest(model, stream, include_usage=False, body=body)


def a_sealed_request(
    clearance: Clearance = Clearance.EXTERNAL, request: ChatRequest | None = None
) -> SealedRequest:
    """A request that may travel as far as the clearance."""
    return SealedRequest(request or a_chat_request(), clearance)


def an_admitted_request(
    clearance: Clearance = Clearance.EXTERNAL,
    destinations: Sequence[str] = ("first",),
    *,
    stream: bool = True,
) -> Admitted[SealedRequest]:
    """A permit to send."""
    return admit("req_1", a_sealed_request(clearance, a_chat_request(stream=stream)), tuple(destinations))


def a_diagnosis(**changes: Any) -> Diagnosis:
    """An upstream's passing trouble."""
    fields: dict[str, Any] = {
        "status": 502,
        "code": "upstream_error",
        "kind": "api_error",
        "message": "The upstream failed.",
        "retry_here": True,
        "try_next": True,
    }
    return Diagnosis(**(fields | changes))


def an_attempt(upstream: str = "first", error: str | None = None, usage: Usage | None = None) -> Attempt:
    """A closed try."""
    return Attempt(upstream, f"{upstream}-model", Residency.EXTERNAL, 200, error, 0.5, usage)


def an_outcome(**changes: Any) -> Outcome:
    """An exchange that went well."""
    fields: dict[str, Any] = {
        "arrival": an_arrival(),
        "caller": a_caller(),
        "policy_version": "v1",
        "model": "deepseek-chat",
        "streamed": True,
        "status": 200,
        "code": None,
        "ending": Ending.FINISHED,
        "usage": Usage(7, 5, 4, 3, 2),
        "attempts": (an_attempt(),),
        "first_token_seconds": 0.25,
        "total_seconds": 1.5,
        "frames": 3,
    }
    return Outcome(**(fields | changes))


def a_delta(text: str = "hi", **extra: Any) -> Frame:
    """One piece of a stream."""
    event = delta_event(text, **extra)
    return Frame(FrameKind.DELTA, event, usage_in(event))


def delta_event(text: str = "hi", **extra: Any) -> bytes:
    """One piece of a stream as an upstream sends it."""
    usage = "".join(f',"{key}":{value}' for key, value in extra.items())
    return b'data: {"choices":[{"delta":{"content":"%b"}}]%b}\n\n' % (text.encode(), usage.encode())


def usage_in(raw: bytes) -> Usage | None:
    """What a piece of an answer reports, as a reader notes it on the frame."""
    at = raw.find(b'"usage":{')
    return read_usage(orjson.loads(raw[at + 8 : raw.index(b"}", at) + 1])) if at >= 0 else None


USAGE_TEXT = (
    '{"prompt_tokens":11,"completion_tokens":3,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":3}'
)
"""A usage report for `delta_event(usage=...)` or a whole answer."""

REPORTED_USAGE = Usage(prompt_tokens=11, completion_tokens=3, cache_hit_tokens=8, cache_miss_tokens=3)
"""What `USAGE_TEXT` says."""

DONE_EVENT = b"data: [DONE]\n\n"


def a_reporting_delta() -> Frame:
    """The last piece of a stream, with the usage that was read in it."""
    return Frame(FrameKind.DELTA, delta_event("", usage=USAGE_TEXT), REPORTED_USAGE)


WHOLE_ANSWER = b'{"id":"1","choices":[{"message":{"content":"Hello"}}],"usage":' + USAGE_TEXT.encode() + b"}"
