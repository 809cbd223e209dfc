"""What tests of the cache ask, keep and find."""

from typing import Any

import orjson
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from gateway.cache.cache_terms import CacheTerms, cache_terms
from gateway.cache.entry import Label
from gateway.cache.key import Question
from gateway.cache.rules import CacheRules
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.usage import Usage
from gateway.wire.frames import DONE, Frame, FrameKind

USAGE = Usage(7, 5, 4, 3, 2)
_REPORT = {
    "prompt_tokens": 7,
    "completion_tokens": 5,
    "total_tokens": 12,
    "prompt_cache_hit_tokens": 4,
    "prompt_cache_miss_tokens": 3,
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def any_frames(most: int, size: int) -> SearchStrategy[list[Frame]]:
    """Up to so many frames of all kinds and any bytes, some of them with a usage."""
    usages = st.none() | st.builds(Usage, st.integers(0, 99), st.integers(0, 99))
    frames = st.builds(Frame, st.sampled_from(FrameKind), st.binary(max_size=size), usages)
    return st.lists(frames, min_size=1, max_size=most)


def some_cache_terms(model: str = "deepseek-chat", stop: str = "first", **rules: Any) -> CacheTerms:
    """The terms of a cache that is on."""
    terms = cache_terms(CacheRules(enabled=True, **rules), model, [[stop]])
    assert terms is not None
    return terms


def a_question(
    caller: Caller | None = None, *, user: str | None = None, clearance: str = "external", **fields: Any
) -> Question:
    """A question; fields that belong to the body go there, `rules` into the terms."""
    terms = fields.pop("terms", None) or some_cache_terms(**fields.pop("rules", {}))
    body = {"model": "deepseek-chat", "messages": [{"role": "user", "content": "Hello"}]} | fields
    return Question(
        caller or Caller("acme", "default", "key_1", "api_key"),
        terms,
        body,
        clearance,
        bool(body.get("stream")),
        user,
    )


def a_label(**changes: Any) -> Label:
    """The label of an entry made long ago."""
    fields: dict[str, Any] = {
        "key_id": b"12345678",
        "made_at": 1_800_000_000.0,
        "ttl_seconds": 3600,
        "project": b"project1",
        "model": b"model..1",
        "credential": b"credent1",
        "era": b"era....1",
    }
    return Label(**(fields | changes))


def a_delta(text: str = "Hi", reason: str | None = None, index: int = 0) -> Frame:
    """One chunk of a stream; the last one says how it ended and what it cost."""
    chunk: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion.chunk",
        "choices": [{"index": index, "delta": {"content": text}, "finish_reason": reason}],
    }
    if reason is not None:
        chunk["usage"] = _REPORT
    return Frame(
        FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n", None if reason is None else USAGE
    )


def a_stream(*texts: str, reason: str = "stop") -> list[Frame]:
    """The frames of a whole stream."""
    return [*map(a_delta, texts or ("Hel", "lo")), a_delta("", reason), DONE]


def a_whole(text: str = "Hello", reason: str = "stop") -> Frame:
    """A whole answer."""
    answer = {
        "id": "x",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}],
        "usage": _REPORT,
    }
    return Frame(FrameKind.WHOLE, orjson.dumps(answer), USAGE)
