"""
The texts of an answer, and the lanes they come in.

A lane is one text that grows while an answer streams: the content of a choice,
its reasoning, the arguments of one of its tool calls. A whole answer has the
same lanes, each said at once.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from gateway.wire.frames import Frame, FrameKind

ARGUMENTS = "arguments"
NAME = "name"
_TEXTS = ("content", "reasoning_content", "refusal")


class Lane(NamedTuple):
    """One text of an answer; `call` numbers the tool call whose arguments it is."""

    choice: int
    field: str
    call: int = -1

    @property
    def is_call(self) -> bool:
        """Whether this is what a tool is called with, or what it is called."""
        return self.call >= 0

    @property
    def is_json(self) -> bool:
        """Whether the text is itself a JSON text."""
        return self.field == ARGUMENTS


class Said(NamedTuple):
    """What one piece of an answer says in one lane: `holder[lane.field]` is the text."""

    lane: Lane
    holder: dict[str, Any]


def said_in(choice: dict[str, Any]) -> Iterator[Said]:
    """Yield what a choice says, of a chunk or of a whole answer; what has another shape is left alone."""
    number = index_of(choice)
    if type(choice.get("text")) is str:
        yield Said(Lane(number, "text"), choice)
    told = choice.get("delta") or choice.get("message")
    if type(told) is not dict:
        return
    for field in _TEXTS:
        if type(told.get(field)) is str:
            yield Said(Lane(number, field), told)
    calls = told.get("tool_calls")
    if type(calls) is list:
        yield from _said_in_calls(number, calls)


def names_in(choice: dict[str, Any]) -> Iterator[Said]:
    """Yield the names of the tools that a choice calls; unlike what is said, a name comes in one piece."""
    told = choice.get("delta") or choice.get("message")
    calls = told.get("tool_calls") if type(told) is dict else None
    for place, call in enumerate(calls if type(calls) is list else ()):
        function = call.get("function") if type(call) is dict else None
        if type(function) is dict and type(function.get(NAME)) is str:
            yield Said(Lane(index_of(choice), NAME, place), function)


def choices_in(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the choices of an answer or a chunk, as far as they are some."""
    choices = answer.get("choices")
    return [choice for choice in choices if type(choice) is dict] if type(choices) is list else []


def index_of(choice: dict[str, Any]) -> int:
    """Return the number of a choice; one without a number is the first."""
    index = choice.get("index")
    return index if type(index) is int else 0


def says_nothing_else(choice: dict[str, Any]) -> bool:
    """Whether a chunk's choice is only text: no role, no name of a tool, no end."""
    if choice.get("finish_reason") is not None or choice.get("logprobs"):
        return False
    if "text" in choice:
        return "delta" not in choice
    delta = choice.get("delta")
    if type(delta) is not dict:
        return False
    return all(
        value is None or field in _TEXTS or (field == "tool_calls" and _are_bare(value))
        for field, value in delta.items()
    )


def frame_of(skeleton: dict[str, Any], lane: Lane, text: str) -> Frame:
    """Return a chunk that says this in one lane; `skeleton` are the fields beside the choices."""
    choice: dict[str, Any] = {"index": lane.choice, "finish_reason": None}
    if lane.field == "text":
        choice["text"] = text
    elif lane.is_json:
        call = {"index": lane.call, "function": {ARGUMENTS: text}}
        choice["delta"] = {"tool_calls": [call]}
    else:
        choice["delta"] = {lane.field: text}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps({**skeleton, "choices": [choice]}) + b"\n\n")


def _said_in_calls(choice: int, calls: list[Any]) -> Iterator[Said]:
    for place, call in enumerate(calls):
        if type(call) is not dict:
            continue
        index, function = call.get("index"), call.get("function")
        if type(function) is dict and type(function.get(ARGUMENTS)) is str:
            number = index if type(index) is int else place
            yield Said(Lane(choice, ARGUMENTS, number), function)


def _are_bare(calls: object) -> bool:
    """Whether fragments of tool calls are arguments and no more."""
    return type(calls) is list and all(
        type(call) is dict
        and call.keys() <= {"index", "function"}
        and type(call.get("function")) is dict
        and call["function"].keys() == {ARGUMENTS}
        for call in calls
    )
