"""How many tokens a text roughly is, where nobody counted."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

# https://api-docs.deepseek.com/quick_start/token_usage: 0.3 token an English
# character, 0.6 a Chinese one. A Chinese character is three bytes of UTF-8.
_TOKENS_PER_ASCII_CHARACTER = 0.3
_TOKENS_PER_OTHER_CHARACTER = 0.6


def estimate_tokens(text: str) -> int:
    """Return DeepSeek's rule of thumb for this text, rounded up; an estimate, never a measure."""
    others = sum(map((127).__lt__, map(ord, text))) if not text.isascii() else 0
    tokens = (len(text) - others) * _TOKENS_PER_ASCII_CHARACTER + others * _TOKENS_PER_OTHER_CHARACTER
    return int(tokens) + (tokens % 1 > 0)


def estimate_prompt(body: Mapping[str, Any]) -> int:
    """Return the rule of thumb for all texts of a chat request's messages."""
    texts: list[str] = []
    for message in body.get("messages") or ():
        content = message.get("content")
        if isinstance(content, str):
            texts.append(content)
        elif isinstance(content, list):
            texts.extend(part["text"] for part in content if isinstance(part.get("text"), str))
    return estimate_tokens("".join(texts))


def estimate_request(body: Mapping[str, Any]) -> int:
    """Return the rule of thumb for all of a chat request that a model reads: messages, calls and tools."""
    read = [message.get("tool_calls") for message in body.get("messages") or ()]
    written = [*(calls for calls in read if calls), *(body.get("tools") or ())]
    return estimate_prompt(body) + estimate_tokens("".join([orjson.dumps(part).decode() for part in written]))


def estimate_answer(answer: bytes) -> int:
    """Return the rule of thumb for all that the choices of a whole answer say; 0 for what is no answer."""
    try:
        choices = orjson.loads(answer).get("choices") or ()
        texts = [text for choice in choices for text in _texts_of(choice.get("message") or choice)]
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return 0
    return estimate_tokens("".join(texts))


def _texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    said = [message.get(name) for name in ("reasoning_content", "content", "refusal", "text")]
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        said += (function.get("name"), function.get("arguments"))
    yield from (text for text in said if isinstance(text, str))
