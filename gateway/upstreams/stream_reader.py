"""
Streams of any OpenAI-compatible server, told as DeepSeek tells them.

The rules, whatever the server:

- What needs no change passes as the bytes it came in. Events are judged by
  looking for keys in their bytes: inside a JSON text the quotes of a key
  would be escaped, so a model's words are never taken for one.
- An event like the one before, as most are, differs from it only in its text,
  or between `"choices":` and `"finish_reason"`, so only there it is looked at.
- A chunk with a finish reason and without DeepSeek's usage is held back until
  the next event, or the end, says whether the usage follows in a chunk of its
  own; then it carries it. If more is said instead, that is held back in its
  place, so that nothing overtakes and the usage is on the last.
- The end is [DONE], or the end of the body once a finish reason was seen.
  Without one, either is a cut answer.
- An error ends the stream; what follows it is ignored.
- A whole answer in the place of a stream is told as one.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gateway.upstreams.foreign_answer import choices_of, dump_answer, rename_reasoning, tell_as_stream
from gateway.upstreams.foreign_error import error_in
from gateway.upstreams.kind import Garbled, Truncated
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.sse import EVENT_BYTES, EventTooLarge, SseSplitter, data_of
from gateway.wire.usage_report import complete_report, read_report, read_usage

_FIELDS = (b"data", b"event", b"id", b"retry")
# A key whose value is not null. The white space is not given back, or the
# "null" after it would be missed.
_TOLD = re.compile(rb'"(?:error|usage|finish_reason)":\s*+(?!null)')
# What makes the middle of an event, or its being one event, worth a closer look.
_TELLING = re.compile(rb'"(?:error|usage|finish_reason|reasoning)":|[\r\n]')
_CHOICES = b'"choices":'
# Where the text of a delta begins, and a text of which no part can be anything else.
_TEXT = re.compile(rb'"(?:content|reasoning_content|text)":\s?"')
_CALM = re.compile(rb'[^"\\\r\n]*')
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA


class StreamReader:
    """
    Turn one streamed body into frames of DeepSeek's shape.

    `complain` writes the frame for an error that the stream reports.
    `renames_reasoning` is for servers that call `reasoning_content` by the
    name of `reasoning`.
    """

    __slots__ = (
        "_complain", "_ended", "_finished", "_head", "_held", "_plain",
        "_renames", "_shortest", "_splitter",
        "_tail", "_tail_size", "_text_from", "_trouble", "_usage",
    )  # fmt: skip

    def __init__(self, complain: Callable[[bytes], Frame], *, renames_reasoning: bool = False) -> None:
        self._complain = complain
        self._renames = renames_reasoning
        self._splitter = SseSplitter()
        self._plain: bytes | None = None
        # Only there while the next bytes begin an event that is wanted.
        self._head = self._tail = b""
        self._text_from = self._tail_size = self._shortest = 0
        self._held: bytes | None = None
        self._usage: dict[str, Any] | None = None
        self._finished = False
        self._ended = False
        self._trouble: Garbled | None = None

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Return the frames completed by these bytes; raise `Garbled`."""
        if (
            self._head
            and data.startswith(self._head)
            and data.endswith(self._tail)
            and self._shortest <= (size := len(data)) <= EVENT_BYTES
            and (
                _CALM.fullmatch(data, self._text_from, size - self._tail_size)
                or not _TELLING.search(data, self._text_from, size - self._tail_size)
            )
        ):
            return (Frame(_DELTA, data),)
        if self._trouble is not None:
            raise self._trouble
        frames: list[Frame] = []
        try:
            for event in self._splitter.feed(data):
                if self._ended:
                    break
                self._take(event, frames)
        except EventTooLarge as error:
            raise Garbled(str(error)) from error
        except Garbled as trouble:
            # What came before it is told first, however the chunks were cut.
            if not frames:
                raise
            self._trouble = trouble
        if self._plain is data:
            self._remember(data)
        if self._ended or self._trouble is not None or not self._splitter.is_empty:
            # What comes next is no event by itself, or is not wanted.
            self._head = b""
        return frames

    def finish(self) -> Sequence[Frame]:
        """Return what is left at the proper end of the body; raise `Truncated` or `Garbled`."""
        if self._trouble is not None:
            raise self._trouble
        frames: list[Frame] = []
        if not self._ended:
            self._take_rest(self._splitter.flush(), frames)
        if not self._ended:
            self._end(frames)
        if not (self._finished or self._ended):
            raise Truncated("the stream ended without a finish reason")
        return frames

    def _remember(self, event: bytes) -> None:
        """Keep what the next event will have in common with this one: whole keys, so that none is cut."""
        start = event.index(_CHOICES) + len(_CHOICES)
        text = _TEXT.search(event, start)
        if text is not None:
            start, end = text.end(), event.index(b'"', text.end())
        elif (end := event.rfind(b'"finish_reason"', start)) < 0:
            end = len(event) - len(b"}\n\n")
        self._head, self._tail = event[:start], event[end:]
        self._text_from, self._tail_size = start, len(event) - end
        self._shortest = start + self._tail_size

    def _take(self, event: bytes, frames: list[Frame]) -> None:
        if self._renames and b'"reasoning":' in event:
            event = _rename_in(event)
        if (
            event.startswith((b"data: {", b"data:{"))
            and event.endswith(b"}\n\n")
            and _CHOICES in event
            and _TOLD.search(event) is None
        ):
            if self._held is None:
                self._plain = event
            self._tell(event, frames)
        elif self._is_chunk(event, frames):
            self._take_told(event, frames)

    def _is_chunk(self, event: bytes, frames: list[Frame]) -> bool:
        data = data_of(event).strip()
        if data.startswith(b"[DONE]"):
            self._end(frames)
            return False
        if data:
            return True
        if event.startswith((b"{", b"error:")):
            self._take_bare(event.removeprefix(b"error:"), frames)
        elif event.partition(b"\n")[0].partition(b":")[0] not in _FIELDS:
            raise Garbled("the body is no stream of events")
        return False

    def _take_bare(self, document: bytes, frames: list[Frame]) -> None:
        """Take what is no event: a JSON body, or an error in a field of its own (old llama.cpp)."""
        try:
            answer = orjson.loads(document)
        except orjson.JSONDecodeError as error:
            raise Garbled("the body is no stream of events") from error
        if error_in(answer) is not None:
            frames.append(self._complain(document))
        elif isinstance(answer, dict) and not self._finished:
            frames.extend(tell_as_stream(answer, renames_reasoning=self._renames))
        else:
            raise Garbled("the body is no stream of events")
        self._ended = True

    def _take_told(self, event: bytes, frames: list[Frame]) -> None:
        """Take a chunk that tells an error, the end of a choice, the usage, or what clients do not know."""
        chunk = _parse(event)
        if error_in(chunk) is not None:
            self._ended = True
            frames.append(self._complain(data_of(event)))
            return
        usage, choices = chunk.get("usage"), choices_of(chunk)
        if read_report(usage) is not None:
            self._usage = usage
        if any(choice.get("finish_reason") for choice in choices):
            self._release(frames, with_usage=False)
            self._finished = True
            self._held = event
            # What comes next is looked at, though it may be like the one before.
            self._head = b""
            if usage and b'"prompt_cache_hit_tokens":' in event:
                # DeepSeek's own last chunk: nothing can follow that it lacks.
                self._held = self._usage = None
                frames.append(Frame(_DELTA, event, read_report(usage)))
        elif usage and choices:
            self._tell(_event(chunk | {"usage": None}), frames)
        elif choices:
            self._tell(event, frames)
        elif not usage and "choices" in chunk:
            frames.append(Frame(_DELTA, event))

    def _tell(self, event: bytes, frames: list[Frame]) -> None:
        if self._held is None:
            frames.append(Frame(_DELTA, event))
        else:
            self._release(frames, with_usage=False)
            self._held = event

    def _release(self, frames: list[Frame], *, with_usage: bool) -> None:
        if self._held is None:
            return
        event, self._held = self._held, None
        usage = None
        if with_usage and self._usage is not None:
            event = _event(_parse(event) | {"usage": complete_report(self._usage)})
            usage = read_usage(self._usage)
        frames.append(Frame(_DELTA, event, usage))

    def _end(self, frames: list[Frame]) -> None:
        # A [DONE] without a finish reason is a cut answer; `finish` says so.
        if self._finished:
            self._release(frames, with_usage=True)
            frames.append(DONE)
            self._ended = True

    def _take_rest(self, rest: bytes, frames: list[Frame]) -> None:
        if not rest:
            return
        event = rest.rstrip(b"\n") + b"\n\n"
        try:
            if data_of(event).startswith(b"{"):
                _parse(event)
            self._take(event, frames)
        except Garbled:
            # Half an event is a cut, and after a finish reason no loss;
            # anything else was never a stream.
            if not (self._finished or rest.startswith(_FIELDS)):
                raise


def _rename_in(event: bytes) -> bytes:
    if b'"reasoning_content":' not in event:
        return event.replace(b'"reasoning":', b'"reasoning_content":')
    chunk = _parse(event)
    for choice in choices_of(chunk):
        rename_reasoning(choice.get("delta"))
    return _event(chunk)


def _parse(event: bytes) -> dict[str, Any]:
    try:
        chunk = orjson.loads(data_of(event))
    except orjson.JSONDecodeError as error:
        raise Garbled("an event of the stream is not JSON") from error
    if not isinstance(chunk, dict):
        raise Garbled("an event of the stream is no object")
    return chunk


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + dump_answer(chunk) + b"\n\n"
