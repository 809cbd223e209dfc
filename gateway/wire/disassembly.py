"""A whole answer taken apart into the stream that it could have been: the reverse of `assembly`."""

from collections.abc import Iterator
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import DONE, Frame, FrameKind

_TEXTS = ("reasoning_content", "content", "refusal")
_PIECE_CHARACTERS = 64
_CHUNK = "chat.completion.chunk"


def disassemble(raw: bytes, usage: Usage | None = None) -> list[Frame]:
    """
    Return the frames of a stream that says what this whole answer says.

    Put together again they are the same answer. The usage stands on the last
    chunk, as DeepSeek has it. Texts are cut into pieces, so that a caller sees
    them grow.
    """
    answer = orjson.loads(raw)
    choices, report = answer.pop("choices", None) or [], answer.pop("usage", None)
    head = answer if any(map(_is_completion, choices)) else {**answer, "object": _CHUNK}
    steps = [[step] for choice in choices for step in _steps(choice)] or [[]]
    frames = [_chunk(head, step) for step in steps[:-1]]
    last = head if report is None else {**head, "usage": report}
    return [*frames, _chunk(last, steps[-1], usage), DONE]


def _chunk(head: dict[str, Any], choices: list[dict[str, Any]], usage: Usage | None = None) -> Frame:
    chunk = {**head, "choices": choices}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n", usage)


def _steps(choice: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what one choice says, chunk by chunk; the first and the last carry what is said once."""
    if _is_completion(choice):
        yield from _steps_of_text(choice)
        return
    message = dict(choice.get("message") or {})
    calls = message.pop("tool_calls", None)
    texts = {name: message.pop(name) for name in _TEXTS if isinstance(message.get(name), str)}
    once = {name: value for name, value in choice.items() if name != "message"}
    base = {"index": choice.get("index", 0)}
    # An empty text is a text: only with it, assembling gives "" back and not null.
    first = {**message, **{name: "" for name, text in texts.items() if not text}}
    yield {**base, "delta": first, "finish_reason": None}
    for name, text in texts.items():
        for start in range(0, len(text), _PIECE_CHARACTERS):
            yield {
                **base,
                "delta": {name: text[start : start + _PIECE_CHARACTERS]},
                "finish_reason": None,
            }
    for number, call in enumerate(calls or ()):
        yield {**base, "delta": {"tool_calls": [{"index": number, **call}]}, "finish_reason": None}
    yield {"finish_reason": None, **once, **base, "delta": {}}


def _is_completion(choice: dict[str, Any]) -> bool:
    return "text" in choice and "message" not in choice


def _steps_of_text(choice: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a completion piece by piece, and then how it ended."""
    text, base = choice["text"], {"index": choice.get("index", 0)}
    for start in range(0, len(text), _PIECE_CHARACTERS):
        yield {**base, "text": text[start : start + _PIECE_CHARACTERS], "finish_reason": None}
    yield {"finish_reason": None, **choice, **base, "text": ""}
