"""Whole answers of any OpenAI-compatible server, told as DeepSeek tells them."""

from collections.abc import Callable, Sequence

import orjson

from gateway.upstreams.foreign_answer import adapt_whole, choices_of, dump_answer
from gateway.upstreams.foreign_error import error_in
from gateway.upstreams.kind import Garbled, Truncated
from gateway.upstreams.stream_reader import StreamReader
from gateway.wire.assembly import Assembler
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.plain_answer import usage_of_plain
from gateway.wire.sse import BYTE_ORDER_MARK
from gateway.wire.usage_report import read_report

# How a stream begins: with an event or a comment.
_EVENTS = (b"data:", b"event:", b"id:", b":")
ANSWER_BYTES = 64 * 1024 * 1024


class WholeReader:
    """
    Turn one whole body into a frame.

    The blank lines that DeepSeek sends while a request is queued are dropped
    as they come. A body that needs no change stays as its bytes. A stream in
    the place of a whole answer, which some servers send whatever was asked
    for, is put together.
    """

    __slots__ = ("_complain", "_pieces", "_renames", "_size")

    def __init__(self, complain: Callable[[bytes], Frame], *, renames_reasoning: bool = False) -> None:
        self._complain = complain
        self._renames = renames_reasoning
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Keep these bytes; raise `Garbled` when they are more than an answer can be."""
        if self._pieces or (data := data.lstrip()):
            self._size = _grown(self._size, data)
            self._pieces.append(data)
        return ()

    def finish(self) -> Sequence[Frame]:
        """Return the answer; raise `Truncated` if there is none, `Garbled` if it is something else."""
        body = self._body()
        if body.startswith(_EVENTS):
            return self._put_together(body)
        usage = usage_of_plain(body)
        return (Frame(FrameKind.WHOLE, body, usage) if usage is not None else self._read(body),)

    def _body(self) -> bytes:
        if not self._pieces:
            raise Truncated("the body is empty")
        return b"".join(self._pieces).removeprefix(BYTE_ORDER_MARK).strip()

    def _put_together(self, body: bytes) -> Sequence[Frame]:
        reader = AssemblingReader(StreamReader(self._complain, renames_reasoning=self._renames))
        return [*reader.feed(body), *reader.finish()]

    def _read(self, body: bytes) -> Frame:
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Garbled("the body is not JSON") from error
        if error_in(answer) is not None:
            return self._complain(body)
        if not isinstance(answer, dict) or not choices_of(answer):
            raise Garbled("the body holds no choices")
        if adapt_whole(answer, renames_reasoning=self._renames):
            body = dump_answer(answer)
        return Frame(FrameKind.WHOLE, body, read_report(answer.get("usage")))


class AssemblingReader:
    """Turn one streamed body into one whole answer, for servers whose whole calls cannot be cancelled."""

    __slots__ = ("_assembler", "_events", "_size")

    def __init__(self, events: StreamReader) -> None:
        self._events = events
        self._assembler = Assembler()
        self._size = 0

    def feed(self, data: bytes) -> Sequence[Frame]:
        """Take these bytes in; the answer comes with the end of the stream."""
        self._size = _grown(self._size, data)
        return self._assemble(self._events.feed(data))

    def finish(self) -> Sequence[Frame]:
        """Return the answer if the end of the body is what ends it."""
        return self._assemble(self._events.finish())

    def _assemble(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        try:
            return [whole for frame in frames for whole in self._assembler.feed(frame)]
        except (orjson.JSONDecodeError, AttributeError, TypeError) as error:
            raise Garbled("a chunk of the stream cannot be read") from error


def _grown(size: int, data: bytes) -> int:
    size += len(data)
    if size > ANSWER_BYTES:
        raise Garbled(f"the answer has more than {ANSWER_BYTES} bytes")
    return size
