"""How many tokens a text roughly is, where nobody counted."""

from collections.abc import Mapping
from typing import Any

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
