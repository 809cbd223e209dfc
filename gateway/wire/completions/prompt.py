"""
How a text that is to be gone on with travels as a chat request.

It is the one message of a role that no chat caller can send, because the roles
of chat are a closed list. What stands behind the gap is its second part: so
both are looked through, counted and kept as what a user wrote, and a private
value that the cursor cuts is found over the gap.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.wire.chat import ChatRequest
from gateway.wire.parts import text_part

ROLE = "prompt"


class Prompt(NamedTuple):
    """What stands before the gap, and behind it where something does."""

    text: str
    suffix: str | None = None


def message_of(prompt: Prompt) -> dict[str, Any]:
    """Return the message in which a prompt travels."""
    text, suffix = prompt
    return {"role": ROLE, "content": text if suffix is None else [text_part(text), text_part(suffix)]}


def prompt_of(body: Mapping[str, Any]) -> Prompt:
    """Return the prompt of a request that asks for a completion."""
    content = body["messages"][0]["content"]
    return Prompt(content) if type(content) is str else Prompt(*[part["text"] for part in content])


def asks_to_complete(request: ChatRequest) -> bool:
    """Return whether this request is for a completion, and not for a turn of a conversation."""
    is_prompt: bool = request.body["messages"][0]["role"] == ROLE
    return is_prompt


def callers_place(param: str | None) -> str | None:
    """Name a place in the chat request by the field that the caller wrote."""
    if param is None or not param.startswith("messages"):
        return param
    return "suffix" if param.startswith("messages[0].content[1]") else "prompt"
