"""
A stream of chat, as the events of a response (https://platform.openai.com/docs/api-reference/responses-streaming).

A response is a row of items: one is open at a time, and closed where something
else is said. The last one is closed when it is known how the answer ended, and
no `[DONE]` follows.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.event import event
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import choices_in, index_of
from gateway.wire.responses.answer import ending_of, head_of, suffix_of, usage_of
from gateway.wire.responses.manner import Manner
from gateway.wire.responses.output import (
    COMPLETED,
    IN_PROGRESS,
    OUTPUT,
    REFUSAL,
    Voice,
    called_by,
    logprobs_of,
)
from gateway.wire.responses.telling import MESSAGE, THOUGHTS, Event, ToldCall, ToldTexts
from gateway.wire.sse import data_of
from gateway.wire.usage_report import read_usage


class ResponseStream:
    """Turn the chunks of a stream into events (a stage); each chunk becomes one frame at most."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        # What a chunk may say, in which item it stands, and how.
        self._said = (
            ("reasoning_content", THOUGHTS, manner.thinking),
            ("content", MESSAGE, OUTPUT),
            ("refusal", MESSAGE, REFUSAL),
        )
        self._head: dict[str, Any] | None = None
        self._suffix = ""
        self._items: list[ToldTexts | ToldCall] = []
        self._open: ToldTexts | ToldCall | None = None
        self._calls: dict[int, ToldCall] = {}
        self._tokens: list[dict[str, Any]] = []
        self._ending = ending_of(None)
        self._usage = Usage()
        self._number = 0

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Translate one frame."""
        if frame.kind is FrameKind.DONE:
            return (Frame(FrameKind.DONE, self._written(self._end()), frame.usage),)
        if frame.kind is not FrameKind.DELTA:
            return (frame,)
        events = self._written(self._chunk(orjson.loads(data_of(frame.raw))))
        return (Frame(FrameKind.DELTA, events, frame.usage),) if events else ()

    def finish(self) -> Sequence[Frame]:
        """Nothing was held back."""
        return ()

    def _written(self, events: Iterator[Event]) -> bytes:
        written = []
        for kind, fields in events:
            written.append(event(kind, sequence_number=self._number, **fields))
            self._number += 1
        return b"".join(written)

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[Event]:
        yield from self._begin(chunk)
        if type(usage := chunk.get("usage")) is dict:
            self._usage = read_usage(usage)
        for choice in choices_in(chunk):
            if index_of(choice) == 0:
                yield from self._choice(choice)

    def _begin(self, chunk: dict[str, Any]) -> Iterator[Event]:
        if self._head is not None:
            return
        self._head = head_of(chunk, self._manner)
        self._suffix = suffix_of(self._head)
        begun = {**self._head, "output": [], **ending_of(None), "status": IN_PROGRESS, "usage": None}
        yield "response.created", {"response": begun}
        yield "response.in_progress", {"response": begun}

    def _choice(self, choice: dict[str, Any]) -> Iterator[Event]:
        delta = choice.get("delta")
        self._tokens += logprobs_of(choice)
        if type(delta) is dict:
            for field, kind, voice in self._said:
                if type(text := delta.get(field)) is str and text:
                    item = yield from self._texts(kind)
                    yield from item.say(voice, text, self._tokens_of(voice))
            calls = delta.get("tool_calls")
            for place, call in enumerate(calls if type(calls) is list else ()):
                if type(call) is dict:
                    yield from self._call(place, call)
        if choice.get("finish_reason") is not None:
            self._ending = ending_of(choice["finish_reason"])

    def _texts(self, kind: str) -> Generator[Event, None, ToldTexts]:
        """Return the item in which texts of this kind are said now."""
        if isinstance(self._open, ToldTexts) and self._open.kind == kind:
            return self._open
        item = ToldTexts(kind, self._suffix, len(self._items), carries=self._manner.carries_thoughts)
        yield from self._go_on_to(item)
        return item

    def _call(self, place: int, call: dict[str, Any]) -> Iterator[Event]:
        index, function = call.get("index"), call.get("function")
        number = index if type(index) is int else place
        told = self._calls.get(number)
        if told is None:
            called = called_by(call, number, self._manner.names)
            told = self._calls[number] = ToldCall(called, self._suffix, len(self._items))
            yield from self._go_on_to(told)
        written = function.get("arguments") if type(function) is dict else None
        if type(written) is str and written:
            # A call that was left and is taken up again is known by its number.
            yield from told.write(written)

    def _go_on_to(self, item: ToldTexts | ToldCall) -> Iterator[Event]:
        yield from self._close(COMPLETED)
        self._items.append(item)
        self._open = item
        yield from item.open()

    def _close(self, status: str) -> Iterator[Event]:
        if self._open is not None:
            yield from self._open.close(status)
            self._open = None

    def _tokens_of(self, voice: Voice) -> list[dict[str, Any]]:
        """Return the log probabilities that came with this text, or before it with none."""
        if voice is not OUTPUT:
            return []
        tokens, self._tokens = self._tokens, []
        return tokens

    def _end(self) -> Iterator[Event]:
        yield from self._begin({})
        if self._tokens:
            for said in [item for item in self._items if isinstance(item, ToldTexts)][-1:]:
                said.add(self._tokens)
        status = self._ending["status"]
        yield from self._close(status)
        output = [item.item() for item in self._items]
        if output:
            output[-1]["status"] = status
        response = {**(self._head or {}), "output": output, **self._ending, "usage": usage_of(self._usage)}
        yield f"response.{status}", {"response": response}
