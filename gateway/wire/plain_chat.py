"""The shape that most chat requests have: texts and plain settings, judged in one look."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MODEL_CHARACTERS = 256

_Count = Annotated[int, Meta(ge=1)]


class _Message(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    role: Literal["system", "developer", "latest_reminder", "user", "assistant", "tool", "function"]
    content: str


class _PlainChat(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    model: Annotated[str, Meta(min_length=1, max_length=MODEL_CHARACTERS)]
    messages: Annotated[list[_Message], Meta(min_length=1)]
    stream: bool | None = None
    max_tokens: _Count | None = None
    max_completion_tokens: _Count | None = None
    n: _Count | None = None
    temperature: float | None = None
    top_p: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    user_id: str | None = None


def is_plain(fields: object) -> bool:
    """
    Return whether this is a good chat request of known, flat fields alone.

    Saying no says nothing against it: whatever else may stand in a request is
    for `chat_messages` and `chat_options` to judge.
    """
    try:
        msgspec.convert(fields, _PlainChat)
    except msgspec.ValidationError:
        return False
    return True
