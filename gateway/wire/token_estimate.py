"""How many tokens a text roughly is, where nobody counted."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.wire.token_bounds import TOKENS_OF_IMAGE

# https://api-docs.deepseek.com/quick_start/token_usage: 0.3 token an English
# character, 0.6 a Chinese one. A Chinese character is three bytes of UTF-8.
_TOKENS_PER_ASCII_CHARACTER = 0.3
_TOKENS_PER_OTHER_CHARACTER = 0.6


def estimate_tokens(text: str) -> int:
    """Return DeepSeek's rule of thumb for this text, rounded up; an estimate, never a measure."""
    others = 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
    tokens = (len(text) - others) * _TOKENS_PER_ASCII_CHARACTER + others * _TOKENS_PER_OTHER_CHARACTER
    return int(tokens) + (tokens % 1 > 0)


def estimate_prompt(body: Mapping[str, Any]) -> int:
    """
    Return the rule of thumb for all of a chat request that a model reads.

    That is what its messages say, their images and calls, and its tools. A file
    counts nothing: it is known by an id, and nobody here knows how long it is.
    """
    messages, tools = body.get("messages") or (), body.get("tools") or ()
    texts = [_json(tool) for tool in tools]
    images = 0
    for message in messages:
        content = message.get("content")
        if isinstance(content, list):
            told = [part for part in content if part.get("type") != "image_url"]
            images += len(content) - len(told)
            texts += [part["text"] for part in told if isinstance(part.get("text"), str)]
        elif content:
            texts.append(content)
        if calls := message.get("tool_calls"):
            texts.append(_json(calls))
        # Earlier thoughts are read only beside tools (https://api-docs.deepseek.com/guides/thinking_mode).
        if tools and (thoughts := message.get("reasoning_content")):
            texts.append(thoughts)
    return estimate_tokens("".join(texts)) + images * TOKENS_OF_IMAGE


def estimate_answer(answer: bytes) -> int:
    """Return the rule of thumb for all that the choices of a whole answer say; 0 for what is no answer."""
    try:
        choices = orjson.loads(answer).get("choices") or ()
        texts = [text for choice in choices for text in _texts_of(choice.get("message") or choice)]
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return 0
    return estimate_tokens("".join(texts))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _texts_of(message: Mapping[str, Any]) -> Iterator[str]:
    said = [message.get(name) for name in ("reasoning_content", "content", "refusal", "text")]
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        said += (function.get("name"), function.get("arguments"))
    yield from (text for text in said if isinstance(text, str))
