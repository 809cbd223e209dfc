"""What a model thought before it called tools: in an answer, and in a conversation that lost it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson
from msgspec.structs import replace

from gateway.wire.chat import ChatRequest
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import choices_in, index_of
from gateway.wire.sse import data_of

MOST_CHARACTERS = 262_144
"""A longer thought is not remembered; it is beyond what any model thinks before it calls a tool."""
# Within a JSON text the quotes of a name are escaped, so no model's words look like this.
_TELLING = re.compile(rb'"(?:reasoning_content": ?"|tool_calls": ?\[)')


class Turn(msgspec.Struct, frozen=True):
    """
    One turn of an assistant that called tools, as its conversation has it.

    `place` is where it stands among the messages, `call_id` the id of its
    first call; `asked` is what the user had said last before it.
    """

    place: int
    call_id: str
    asked: Any


def thinks(body: Mapping[str, Any]) -> bool:
    """Whether the model thinks: it does unless it is told not to."""
    thinking = body.get("thinking")
    return not (isinstance(thinking, dict) and thinking.get("type") == "disabled")


def lacks_thought(message: Mapping[str, Any]) -> bool:
    """Whether this is an earlier turn of the assistant whose reasoning was dropped."""
    return (
        message["role"] == "assistant"
        and not message.get("reasoning_content")
        and message.get("prefix") is not True
    )


def forgotten_turns(body: Mapping[str, Any]) -> Iterator[Turn]:
    """Yield every turn with calls of tools whose reasoning the caller does not hand back."""
    asked: Any = None
    for place, message in enumerate(body["messages"]):
        if message["role"] == "user":
            asked = message.get("content")
        elif message.get("tool_calls") and lacks_thought(message):
            call_id = message["tool_calls"][0].get("id")
            if type(call_id) is str and call_id:
                yield Turn(place, call_id, asked)


def asked_last(body: Mapping[str, Any]) -> Any:
    """Return what the user said last: what an answer to this request will have been asked."""
    return next(
        (one.get("content") for one in reversed(body["messages"]) if one["role"] == "user"),
        None,
    )


def with_thoughts(request: ChatRequest, thoughts: Mapping[int, str]) -> ChatRequest:
    """Return the request with these thoughts at the turns in these places."""
    messages = [
        {**message, "reasoning_content": thoughts[place]} if place in thoughts else message
        for place, message in enumerate(request.body["messages"])
    ]
    return replace(request, body={**request.body, "messages": messages})


class ThoughtReader:
    """
    Gather the thought in an answer, streamed or whole, and the id of its first call of a tool.

    Of an answer of several choices, and of one that cannot be read, nothing is
    gathered.
    """

    __slots__ = ("_call_id", "_is_lost", "_length", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._call_id: str | None = None
        self._is_lost = False

    def feed(self, frame: Frame) -> None:
        """Take in one frame."""
        if self._is_lost or _TELLING.search(frame.raw) is None:
            return
        try:
            document = orjson.loads(frame.raw if frame.kind is FrameKind.WHOLE else data_of(frame.raw))
        except orjson.JSONDecodeError:
            self._lose()
            return
        for choice in choices_in(document) if type(document) is dict else ():
            self._hear(choice)

    def thought(self) -> tuple[str, str] | None:
        """Return the id of the first call and what was thought, where there was both."""
        if self._is_lost or self._call_id is None or not self._pieces:
            return None
        return self._call_id, "".join(self._pieces)

    def _hear(self, choice: dict[str, Any]) -> None:
        told = choice.get("delta") or choice.get("message")
        if type(told) is not dict:
            return
        if index_of(choice):
            self._lose()
            return
        text, calls = told.get("reasoning_content"), told.get("tool_calls")
        if type(text) is str and text:
            self._pieces.append(text)
            self._length += len(text)
            if self._length > MOST_CHARACTERS:
                self._lose()
        if self._call_id is None and type(calls) is list and calls and type(calls[0]) is dict:
            call_id = calls[0].get("id")
            self._call_id = call_id if type(call_id) is str and call_id else None

    def _lose(self) -> None:
        self._is_lost = True
        self._pieces.clear()
