"""
How texts that are to become vectors travel as a chat request.

Each is a message of a role that no chat caller can send, because the roles of
chat are a closed list: so they are looked through, counted and kept as what a
user wrote. That there are no choices in the answer is said by `n`: nothing is
generated, and no limit waits for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.wire.chat import ChatRequest

ROLE = "input"
NO_CHOICES = 0
_PLACE, _END = "messages[", "].content"


def messages_of(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the messages in which texts travel."""
    return [{"role": ROLE, "content": text} for text in texts]


def inputs_of(body: Mapping[str, Any]) -> list[str]:
    """Return the texts of a request that asks for embeddings."""
    return [message["content"] for message in body["messages"]]


def asks_to_embed(request: ChatRequest) -> bool:
    """Return whether this request is for vectors, and not for a turn of a conversation."""
    is_input: bool = request.body["messages"][0]["role"] == ROLE
    return is_input


def callers_place(param: str | None) -> str | None:
    """Name a place in the chat request by the field that the caller wrote."""
    if param == "max_tokens":
        # Only a limit speaks of it, and of an input alone it counts tokens.
        return "input"
    if param is None or not param.startswith("messages"):
        return param
    number = param.removeprefix(_PLACE).partition(_END)[0]
    return f"input[{number}]" if number.isdigit() else "input"
