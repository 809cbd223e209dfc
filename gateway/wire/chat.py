"""Chat completions: what callers ask (https://api-docs.deepseek.com/api/create-chat-completion)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """
    One chat completion request, parsed and checked.

    `body` is the JSON object as the caller sent it, key order kept; nobody
    changes it. `include_usage` is true where the caller asked for
    `stream_options.include_usage`.
    """

    model: str
    stream: bool
    include_usage: bool
    body: dict[str, Any]
