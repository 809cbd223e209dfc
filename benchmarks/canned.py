"""What is asked and answered in every measurement: the same bytes for every contestant."""

import json
from typing import Any

MODEL = "deepseek-chat"
DELTAS = 128
"""Events of one stream, `[DONE]` not counted."""

_QUESTION = (
    "Explain to a colleague why a gateway in front of a language model has to count tokens as they pass, "
    "and what goes wrong when it only counts them at the end. "
)
_SENTENCE = "A stream that is cut in the middle was still computed, and somebody pays for it. "
_USAGE = {
    "prompt_tokens": 210,
    "completion_tokens": 128,
    "total_tokens": 338,
    "prompt_cache_hit_tokens": 128,
    "prompt_cache_miss_tokens": 82,
    "prompt_tokens_details": {"cached_tokens": 128},
}
_ABOUT = {
    "id": "6f1c2b1e-3d0f-4c37-9b1a-5a2f0f6f9d10",
    "created": 1789000000,
    "model": "deepseek-flash",
    "system_fingerprint": "fp_eaab8d114b_prod0820_fp8_kvcache",
}


def _compact(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def question(number: int, *, stream: bool) -> bytes:
    """
    Return a request body of about 1 KB.

    No two numbers give the same, so that no cache can answer, and lengths
    differ, so that no head is quite like the one before.
    """
    return _compact(
        {
            "model": MODEL,
            "messages": [
                {"role": "system", "content": "You are a patient engineer. Answer in plain words."},
                {"role": "user", "content": f"Question {number:09d}{'.' * (number % 5)} {_QUESTION * 4}"},
            ],
            "temperature": 0.7,
            "max_tokens": 512,
            "stream": stream,
        }
    )


ANSWER_TEXT = _SENTENCE * 6
ANSWER = _compact(
    {
        **_ABOUT,
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER_TEXT},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
    }
)


def _event(delta: dict[str, Any], finish_reason: str | None, usage: dict[str, Any] | None) -> bytes:
    chunk = {
        **_ABOUT,
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}],
        "usage": usage,
    }
    return b"data: " + _compact(chunk) + b"\n\n"


def word(number: int) -> str:
    """Return the text of one delta; its number is in it, so that a lost or swapped one is noticed."""
    return f" word{number}"


STREAM_TEXT = "".join([word(number) for number in range(DELTAS - 1)])
# The role comes first; usage rides on the last chunk, beside the finish reason.
EVENTS = (
    _event({"role": "assistant", "content": word(0)}, None, None),
    *[_event({"content": word(number)}, None, None) for number in range(1, DELTAS - 1)],
    _event({"content": ""}, "stop", _USAGE),
)
DONE = b"data: [DONE]\n\n"
