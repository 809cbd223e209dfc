"""
The one who puts the caller's originals back, while an answer comes.

A stream mostly repeats one event and changes only the text in it. So the
first event of a kind is taken apart, and its head and tail are remembered: of
the next ones only the middle is looked at, as it stands in the JSON, and what
needs no change goes on as the bytes it came in.
"""

import asyncio
import re
from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import orjson

from gateway.redaction.lenient_json import read_object
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import (
    Lane,
    Said,
    choices_in,
    frame_of,
    index_of,
    names_in,
    said_in,
    says_nothing_else,
)
from gateway.wire.sse import data_of

# A lane in the bytes of an event; within a text the quotes of a name would be escaped.
_TEXT = re.compile(rb'"(?:content|reasoning_content|refusal|arguments|text)": ?"((?:[^"\\]|\\.)*+)"')
# Of an event of few words, most is not text.
_BYTES_PER_CHARACTER = 4
# A stream whose events never repeat is not worth remembering again and again.
_LESSONS = 16
# Bound once: in Python 3.11 a look-up through the enum's class costs six times a global.
_DELTA = FrameKind.DELTA


T = TypeVar("T")
# What may be done at once or a little at a time: whoever iterates can stop in between.
Steps = Generator[None, None, T]


class LaneWork(Protocol):
    """
    What is done to one lane; it may hold back some of it.

    `takes_raw` says that it may as well be fed the text as it stands between
    the quotes of an event, because nothing that it holds back reads otherwise
    there.
    """

    @property
    def takes_raw(self) -> bool:
        """Whether text and written text may be fed in turns."""

    def feed(self, text: str, escapes: int) -> str:
        """Return what can be said now, the very same text if it is this one."""

    def finish(self) -> str:
        """Return what was held back."""


class _Pattern(NamedTuple):
    """What the events of one lane have in common."""

    head: bytes
    tail: bytes
    least_bytes: int
    work: LaneWork
    escapes: int


class Unsealer:
    """
    Rewrite every lane of an answer, streamed or whole; one object for one exchange.

    Holds back at most what the work of a lane holds, and says it before the
    end of its choice. The `logprobs` of a choice that was rewritten are
    dropped, because they spell what stood there before. To look at so many
    characters is as much as should be done in one turn of the event loop;
    `feed_slowly` gives it back after that.
    """

    __slots__ = (
        "_changed", "_fed", "_lessons", "_open", "_pattern", "_per_turn", "_skeleton", "_works",
    )  # fmt: skip

    def __init__(self, open_lane: Callable[[Lane], LaneWork], characters_per_turn: int = 4_096) -> None:
        self._open = open_lane
        self._per_turn = characters_per_turn
        self._fed = 0
        self._works: dict[Lane, LaneWork] = {}
        self._changed: set[int] = set()
        self._skeleton: dict[str, Any] = {}
        self._pattern: _Pattern | None = None
        self._lessons = _LESSONS

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Return the frames that are safe to send now."""
        raw = frame.raw
        if self._pattern is not None:
            # Taken apart at once: that is done for every token.
            head, tail, least_bytes, work, escapes = self._pattern
            if raw.startswith(head) and raw.endswith(tail) and len(raw) >= least_bytes:
                middle = raw[len(head) : -len(tail)]
                if b'"' not in middle and b"\\u" not in middle:
                    text = middle.decode("utf-8", "surrogateescape")
                    said = work.feed(text, escapes)
                    return (frame,) if said is text else self._in_the_middle(frame, said)
        return _at_once(self._passed(frame))

    async def feed_slowly(self, frame: Frame) -> Sequence[Frame]:
        """Return the same, with turns for others while a long one is looked at, or after many short ones."""
        size = len(frame.raw)
        if size <= self._per_turn:
            passed = self.feed(frame)
            self._fed += size
            if self._fed >= _BYTES_PER_CHARACTER * self._per_turn:
                self._fed = 0
                await asyncio.sleep(0)
            return passed
        steps = self._passed(frame)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                looked_at: Sequence[Frame] = end.value
                return looked_at
            await asyncio.sleep(0)

    def finish(self) -> Sequence[Frame]:
        """Return what was held back in any lane."""
        return self._flush(None)

    def _in_the_middle(self, frame: Frame, said: str) -> Sequence[Frame]:
        if not said or self._pattern is None:
            return ()
        head, tail, *_ = self._pattern
        raw = head + said.encode("utf-8", "surrogateescape") + tail
        return (Frame(_DELTA, raw, frame.usage),)

    def _passed(self, frame: Frame) -> Steps[Sequence[Frame]]:
        if frame.kind is _DELTA:
            return (yield from self._feed_event(frame))
        return ((yield from self._whole(frame)),) if frame.kind is FrameKind.WHOLE else (frame,)

    def _feed_event(self, frame: Frame) -> Steps[Sequence[Frame]]:
        chunk = read_object(data_of(frame.raw))
        if chunk is None:
            return (frame,)
        choices = choices_in(chunk)
        self._skeleton = {name: chunk[name] for name in chunk if name not in ("choices", "usage")}
        before: list[Frame] = []
        is_changed = False
        for choice in choices:
            is_changed |= yield from self._rewrite(choice)
            if choice.get("finish_reason") is not None:
                before.extend(self._flush(index_of(choice)))
        if not choices:
            before.extend(self._flush(None))
        if not is_changed:
            self._learn(frame.raw, choices, chunk)
            return (*before, frame)
        if frame.usage is None and all(map(_is_silent, choices)):
            return before
        return (*before, Frame(_DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n", frame.usage))

    def _rewrite(self, choice: dict[str, Any]) -> Steps[bool]:
        """Put into a choice of a chunk what may be said now; return whether that changed it."""
        is_changed = self._rename(choice)
        for lane, holder in said_in(choice):
            text = holder[lane.field]
            said = yield from self._said(self._work(lane), lane, text)
            if choice.get("finish_reason") is not None:
                said += self._work(lane).finish()
            if said != text:
                holder[lane.field] = said
                is_changed = True
                self._changed.add(lane.choice)
        if choice.get("logprobs") and index_of(choice) in self._changed:
            choice["logprobs"] = None
            is_changed = True
        return is_changed

    def _said(self, work: LaneWork, lane: Lane, text: str) -> Steps[str]:
        """Return what a lane says of a text, which it is fed in pieces."""
        if len(text) <= self._per_turn:
            return work.feed(text, int(lane.is_json))
        pieces: list[str] = []
        for start in range(0, len(text), self._per_turn):
            pieces.append(work.feed(text[start : start + self._per_turn], int(lane.is_json)))
            yield
        return "".join(pieces)

    def _whole(self, frame: Frame) -> Steps[Frame]:
        answer = read_object(frame.raw)
        if answer is None:
            return frame
        is_changed = False
        for choice in choices_in(answer):
            is_changed |= yield from self._rewrite_whole(choice)
        return Frame(FrameKind.WHOLE, orjson.dumps(answer), frame.usage) if is_changed else frame

    def _rename(self, choice: dict[str, Any]) -> bool:
        """Put the names of tools back."""
        is_changed = False
        for lane, holder in names_in(choice):
            work = self._open(lane)
            name = work.feed(holder[lane.field], 0) + work.finish()
            if name != holder[lane.field]:
                holder[lane.field] = name
                is_changed = True
        return is_changed

    def _rewrite_whole(self, choice: dict[str, Any]) -> Steps[bool]:
        is_changed = self._rename(choice)
        for lane, holder in said_in(choice):
            work = self._open(lane)
            said = (yield from self._said(work, lane, holder[lane.field])) + work.finish()
            if said != holder[lane.field]:
                holder[lane.field] = said
                is_changed = True
        if is_changed and choice.get("logprobs"):
            choice["logprobs"] = None
        return is_changed

    def _work(self, lane: Lane) -> LaneWork:
        work = self._works.get(lane)
        if work is None:
            work = self._works[lane] = self._open(lane)
        return work

    def _flush(self, choice: int | None) -> list[Frame]:
        """Return frames of what is held back in the lanes of a choice, or in all."""
        frames = []
        for lane, work in self._works.items():
            if (choice is None or lane.choice == choice) and (held := work.finish()):
                frames.append(frame_of(self._skeleton, lane, held))
        return frames

    def _learn(self, raw: bytes, choices: list[dict[str, Any]], chunk: dict[str, Any]) -> None:
        if not self._lessons or len(choices) != 1 or chunk.get("usage") or not says_nothing_else(choices[0]):
            return
        said: list[Said] = list(said_in(choices[0]))
        found = list(_TEXT.finditer(raw))
        if len(said) == 1 and len(found) == 1:
            self._lessons -= 1
            lane = said[0].lane
            if not self._work(lane).takes_raw:
                return
            head, tail = raw[: found[0].start(1)], raw[found[0].end(1) :]
            self._pattern = _Pattern(
                head, tail, len(head) + len(tail), self._work(lane), int(lane.is_json) + 1
            )


def _at_once(steps: Steps[T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def _is_silent(choice: dict[str, Any]) -> bool:
    return says_nothing_else(choice) and not any(holder[lane.field] for lane, holder in said_in(choice))
