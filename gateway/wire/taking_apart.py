"""A whole answer told again as a stream."""

from collections.abc import Iterator
from typing import Any

import orjson

from gateway.wire.frames import DONE, Frame, FrameKind

_SLICED = ("reasoning_content", "content")


def take_apart(answer: dict[str, Any], characters: int = 64) -> Iterator[Frame]:
    """
    Yield the frames of a stream that says the same as this whole answer.

    Texts come in pieces of so many characters; the usage rides on the last
    chunk with a finish reason, as DeepSeek sends it. `Assembler` is the way
    back.
    """
    head = {name: value for name, value in answer.items() if name not in ("choices", "usage")}
    head["object"] = "chat.completion.chunk"
    choices = answer["choices"]
    for position, choice in enumerate(choices):
        for delta in _deltas(choice["message"], characters):
            part = {"index": choice["index"], "delta": delta, "finish_reason": None}
            yield _frame({**head, "choices": [part]})
        last = {**{name: value for name, value in choice.items() if name != "message"}, "delta": {}}
        is_end = position == len(choices) - 1 and "usage" in answer
        yield _frame({**head, "choices": [last], **({"usage": answer["usage"]} if is_end else {})})
    yield DONE


def _deltas(message: dict[str, Any], characters: int) -> Iterator[dict[str, Any]]:
    first = {name: value for name, value in message.items() if name != "tool_calls"}
    sliced = {name: first.pop(name) or "" for name in _SLICED if first.get(name)}
    # What is sliced begins empty, so that the first chunk already names it.
    yield {**first, **dict.fromkeys(sliced, "")}
    for name, text in sliced.items():
        for start in range(0, len(text), characters):
            yield {name: text[start : start + characters]}
    for index, call in enumerate(message.get("tool_calls") or ()):
        yield from _fragments(index, call, characters)


def _fragments(index: int, call: dict[str, Any], characters: int) -> Iterator[dict[str, Any]]:
    function = call["function"]
    yield {"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]}
    arguments = function["arguments"]
    for start in range(0, len(arguments), characters):
        piece = {"index": index, "function": {"arguments": arguments[start : start + characters]}}
        yield {"tool_calls": [piece]}


def _frame(chunk: dict[str, Any]) -> Frame:
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n")
