"""How each kind of server tells the same short answer: thinking, two words, usage."""

from typing import Any

import orjson

_HEAD: dict[str, Any] = {
    "id": "c-1",
    "object": "chat.completion.chunk",
    "created": 1_763_200_000,
    "model": "their-model",
}
_DONE = b"data: [DONE]\n\n"
_PLAIN_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
_CACHED_USAGE = {**_PLAIN_USAGE, "prompt_tokens_details": {"cached_tokens": 4}}
_DEEPSEEK_USAGE = {**_CACHED_USAGE, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 8}


def event(**fields: Any) -> bytes:
    """Return one chunk as an event."""
    return b"data: " + orjson.dumps({**_HEAD, **fields}) + b"\n\n"


def delta(**fields: Any) -> bytes:
    """Return one chunk with one choice as an event."""
    return event(choices=[{"index": 0, "delta": fields, "logprobs": None, "finish_reason": None}])


def ending(usage: dict[str, Any] | None = None, finish_reason: str = "stop", **fields: Any) -> bytes:
    """Return the last chunk of a choice as an event."""
    choice = {"index": 0, "delta": fields, "logprobs": None, "finish_reason": finish_reason}
    return event(choices=[choice]) if usage is None else event(choices=[choice], usage=usage)


def _told(reasoning: str, *, opening: bytes = b"") -> bytes:
    return (
        opening
        + delta(role="assistant", content="")
        + delta(**{reasoning: "Hm."})
        + delta(content="Hel")
        + delta(content="lo")
    )


STREAMS: dict[str, bytes] = {
    "deepseek": _told("reasoning_content", opening=b": keep-alive\n\n: keep-alive\n\n")
    + ending(_DEEPSEEK_USAGE, content="", role=None)
    + _DONE,
    "vllm": _told("reasoning") + ending(content="") + event(choices=[], usage=_CACHED_USAGE) + _DONE,
    "sglang": _told("reasoning_content")
    + ending(content="")
    + event(choices=[], usage={**_CACHED_USAGE, "reasoning_tokens": 2})
    + _DONE,
    "transformers": _told("reasoning_content") + ending(_CACHED_USAGE),
    "llama_cpp": _told("reasoning_content")
    + ending()
    + event(choices=[], usage=_CACHED_USAGE, timings={"prompt_n": 12})
    + _DONE,
    "openai": _told("reasoning").replace(b"\n\n", b"\r\n\r\n")
    + ending()
    + event(choices=[], usage=_CACHED_USAGE)
    + _DONE,
}


def _answer(reasoning: str, usage: dict[str, Any]) -> bytes:
    message = {"role": "assistant", "content": "Hello", reasoning: "Hm."}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return orjson.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": usage})


WHOLES: dict[str, bytes] = {
    "deepseek": b"\n\n\n" + _answer("reasoning_content", _DEEPSEEK_USAGE),
    "vllm": _answer("reasoning", _CACHED_USAGE),
    "sglang": _answer("reasoning_content", _CACHED_USAGE),
    # Asked for a stream, whatever the caller wanted.
    "transformers": STREAMS["transformers"],
    "llama_cpp": _answer("reasoning_content", _CACHED_USAGE),
    "openai": _answer("reasoning", _CACHED_USAGE),
}

# What a stream says when the server fails after the first words.
STREAM_ERRORS: dict[str, bytes] = {
    "deepseek": b'data: {"error":{"message":"Too busy","type":"service_unavailable_error","code":"x"}}\n\n',
    "vllm": b'data: {"error":{"message":"Too busy","type":"ServiceUnavailableError","code":503}}\n\n' + _DONE,
    "sglang": b'data: {"error":{"object":"error","message":"Too busy","type":"x","code":503}}\n\n' + _DONE,
    "transformers": b'data: {"error": "Too busy"}\n\n',
    "llama_cpp": b'data: {"error":{"code":503,"message":"Too busy","type":"unavailable_error"}}\n\n',
    "openai": b'error: {"code":503,"message":"Too busy","type":"unavailable_error"}\n\n',
}


def text_event(text: str, finish_reason: str | None = None, **fields: Any) -> bytes:
    """Return one chunk of a completion as an event."""
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}
    return b"data: " + orjson.dumps({**_TEXT_HEAD, "choices": [choice], **fields}) + b"\n\n"


def _usage_event(usage: dict[str, Any], **fields: Any) -> bytes:
    return b"data: " + orjson.dumps({**_TEXT_HEAD, "choices": [], "usage": usage, **fields}) + b"\n\n"


def _without_nulls(stream: bytes) -> bytes:
    return stream.replace(b',"logprobs":null', b"").replace(b',"finish_reason":null', b"")


_TEXT_HEAD = {**_HEAD, "object": "text_completion"}
_WORDS = text_event("return ") + text_event('"}') + text_event(" 你")

TEXT_STREAMS: dict[str, bytes] = {
    "deepseek": b": keep-alive\n\n" + _WORDS + text_event("", "stop", usage=_DEEPSEEK_USAGE) + _DONE,
    "vllm": _WORDS + text_event("", "stop", stop_reason=None) + _usage_event(_CACHED_USAGE) + _DONE,
    "sglang": _WORDS + text_event("", "stop", matched_stop=1) + _usage_event(_CACHED_USAGE) + _DONE,
    "transformers": _without_nulls(_WORDS + text_event("", "stop", usage=_CACHED_USAGE)),
    "llama_cpp": _WORDS
    + text_event("", "stop")
    + _usage_event(_CACHED_USAGE, timings={"prompt_n": 12})
    + _DONE,
    "openai": (_WORDS + text_event("", "stop") + _usage_event(_CACHED_USAGE)).replace(b"\n\n", b"\r\n\r\n")
    + _DONE,
}


def _completion(usage: dict[str, Any]) -> bytes:
    choice = {"index": 0, "text": 'return "} 你', "logprobs": None, "finish_reason": "stop"}
    return orjson.dumps({**_TEXT_HEAD, "choices": [choice], "usage": usage})


TEXT_WHOLES: dict[str, bytes] = {
    **{kind: _completion(_CACHED_USAGE) for kind in ("vllm", "sglang", "llama_cpp", "openai")},
    "deepseek": b"\n\n" + _completion(_DEEPSEEK_USAGE),
    "transformers": TEXT_STREAMS["transformers"],
}
