"""
A stream of chat, as the events of a message (https://docs.anthropic.com/en/docs/build-with-claude/streaming).

A message is a row of blocks: one is open at a time, and closed where something
else is said. Why it ended, and what it cost, are told at the very end, because
some servers tell the cost after everything else.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.event import event
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import choices_in, index_of
from gateway.wire.messages.answer import SIGNATURE, head_of, stop_of, tool_use, usage_of
from gateway.wire.sse import data_of
from gateway.wire.usage_report import read_usage

_NOTHING = Usage()
_THINKING, _TEXT = "thinking", "text"
# What a chunk may say, in which block it stands, and how its piece is called there.
_SAID = (
    ("reasoning_content", _THINKING, "thinking_delta"),
    ("content", _TEXT, "text_delta"),
    ("refusal", _TEXT, "text_delta"),
)
_SIGNED = {"type": "signature_delta", "signature": SIGNATURE}
_EMPTY = {
    _THINKING: {"type": "thinking", "thinking": "", "signature": ""},
    _TEXT: {"type": "text", "text": ""},
}


class MessageStream:
    """Turn the chunks of a stream into events (a stage); each chunk becomes one frame at most."""

    def __init__(self) -> None:
        self._has_begun = False
        self._open: str | int | None = None
        self._blocks = 0
        self._places: dict[int, int] = {}
        self._stop: tuple[str | None, str | None] = (None, None)
        self._usage = _NOTHING

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Translate one frame."""
        if frame.kind is FrameKind.DONE:
            return (Frame(FrameKind.DONE, b"".join(self._end()), frame.usage),)
        if frame.kind is not FrameKind.DELTA:
            return (frame,)
        events = b"".join(self._chunk(orjson.loads(data_of(frame.raw))))
        return (Frame(FrameKind.DELTA, events, frame.usage),) if events else ()

    def finish(self) -> Sequence[Frame]:
        """Nothing was held back."""
        return ()

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[bytes]:
        yield from self._begin(chunk)
        if type(usage := chunk.get("usage")) is dict:
            self._usage = read_usage(usage)
        for choice in choices_in(chunk):
            if index_of(choice) == 0:
                yield from self._choice(choice)

    def _begin(self, chunk: dict[str, Any]) -> Iterator[bytes]:
        if self._has_begun:
            return
        self._has_begun = True
        message = {
            **head_of(chunk),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_of(_NOTHING),
        }
        yield event("message_start", message=message)

    def _choice(self, choice: dict[str, Any]) -> Iterator[bytes]:
        delta = choice.get("delta")
        if type(delta) is dict:
            for field, block, kind in _SAID:
                if type(text := delta.get(field)) is str and text:
                    yield from self._open_block(block, _EMPTY[block])
                    yield self._piece(self._blocks - 1, {"type": kind, block: text})
            calls = delta.get("tool_calls")
            for place, call in enumerate(calls if type(calls) is list else ()):
                if type(call) is dict:
                    yield from self._call(place, call)
        if choice.get("finish_reason") is not None:
            self._stop = stop_of(choice)

    def _call(self, place: int, call: dict[str, Any]) -> Iterator[bytes]:
        index, function = call.get("index"), call.get("function")
        number = index if type(index) is int else place
        if number not in self._places:
            yield from self._open_block(number, tool_use(number, call, {}))
            self._places[number] = self._blocks - 1
        written = function.get("arguments") if type(function) is dict else None
        if type(written) is str and written:
            # A call that was left and is taken up again is known by its number.
            yield self._piece(self._places[number], {"type": "input_json_delta", "partial_json": written})

    def _open_block(self, block: str | int, content: dict[str, Any]) -> Iterator[bytes]:
        if block == self._open:
            return
        yield from self._close_block()
        self._open = block
        yield event("content_block_start", index=self._blocks, content_block=content)
        self._blocks += 1

    def _close_block(self) -> Iterator[bytes]:
        if self._open is None:
            return
        last = self._blocks - 1
        if self._open == _THINKING:
            yield self._piece(last, _SIGNED)
        self._open = None
        yield event("content_block_stop", index=last)

    def _end(self) -> Iterator[bytes]:
        yield from self._begin({})
        yield from self._close_block()
        reason, sequence = self._stop
        yield event(
            "message_delta",
            delta={"stop_reason": reason or "end_turn", "stop_sequence": sequence},
            usage=usage_of(self._usage),
        )
        yield event("message_stop")

    def _piece(self, index: int, delta: dict[str, Any]) -> bytes:
        return event("content_block_delta", index=index, delta=delta)
