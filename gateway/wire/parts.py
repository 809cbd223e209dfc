"""
Parts of the content of a chat message.

Texts that stand beside each other become one text: every server takes that,
and a list of parts is only for those that see.
"""

from collections.abc import Sequence
from typing import Any

Part = dict[str, Any]


def text_part(text: str) -> Part:
    """Return a text as a part."""
    return {"type": "text", "text": text}


def content_of(parts: Sequence[Part]) -> str | list[Part]:
    """Return these parts as the content of a message: a text if all of them are."""
    if all(part["type"] == "text" for part in parts):
        return "\n".join([part["text"] for part in parts])
    return list(parts)
