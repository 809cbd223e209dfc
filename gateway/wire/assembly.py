"""A stream put together again into one whole answer."""

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.sse import data_of

_JOINED = frozenset({"content", "reasoning_content", "refusal"})


class Assembler:
    """
    Take the deltas of a stream and give one whole `chat.completion`, or `text_completion`.

    The whole answer leaves in place of the DONE frame; an ERROR frame passes,
    and a WHOLE one too. A stream that never ends properly gives nothing. A
    shape that cannot be put together raises `TypeError` or `AttributeError`.
    """

    __slots__ = ("_choices", "_head", "_reported", "_usage")

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self._usage: dict[str, Any] | None = None
        self._reported: Usage | None = None

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Take one frame in; return the whole answer when the stream is done."""
        if frame.kind is FrameKind.DELTA:
            self._reported = frame.usage or self._reported
            self._add(orjson.loads(data_of(frame.raw)))
            return ()
        if frame.kind is FrameKind.DONE:
            return (self._whole(),)
        return (frame,)

    def finish(self) -> Sequence[Frame]:
        """Nothing is held back: what has no DONE is no answer."""
        return ()

    def _add(self, chunk: dict[str, Any]) -> None:
        for delta in chunk.pop("choices", None) or ():
            index = _number(delta.get("index"), 0)
            choice = self._choices.get(index)
            if choice is None:
                choice = self._choices[index] = _Choice(index)
            choice.add(delta)
        self._usage = chunk.pop("usage", None) or self._usage
        _keep_said(self._head, chunk)

    def _whole(self) -> Frame:
        choices = [self._choices[index].whole() for index in sorted(self._choices)]
        kind = "chat.completion" if all("message" in choice for choice in choices) else "text_completion"
        answer = {**self._head, "object": kind, "choices": choices}
        if self._usage is not None:
            answer["usage"] = self._usage
        return Frame(FrameKind.WHOLE, orjson.dumps(answer), self._reported)


class _Choice:
    """One choice as far as it has been told."""

    def __init__(self, index: int) -> None:
        self._fields: dict[str, Any] = {"index": index}
        self._message: dict[str, Any] = {"role": "assistant", "content": None}
        self._texts: dict[str, list[str]] = {}
        self._completion: list[str] = []
        self._is_completion = False
        self._calls: dict[int, _ToolCall] = {}
        self._logprobs: dict[str, Any] | None = None

    def add(self, choice: dict[str, Any]) -> None:
        """Take in this choice's part of one chunk."""
        for name, value in choice.items():
            if name == "delta":
                self._add_delta(value or {})
            elif name == "logprobs":
                self._add_logprobs(value)
            elif name == "text" and value is not None:
                # Some servers say in it once more what stands in the delta.
                self._is_completion = "delta" not in choice
                self._completion.append(value)
            else:
                _keep_said(self._fields, {name: value})

    def _add_delta(self, delta: dict[str, Any]) -> None:
        for name, value in delta.items():
            if name in _JOINED and isinstance(value, str):
                self._texts.setdefault(name, []).append(value)
            elif name == "tool_calls":
                for call in value or ():
                    self._calls.setdefault(self._place_of(call), _ToolCall()).add(call)
            elif name in _JOINED and value is not None:
                raise TypeError(f"{name} of a delta is no text")
            else:
                _keep_said(self._message, {name: value})

    def _place_of(self, call: dict[str, Any]) -> int:
        """Return which call a fragment is of; without a number, an id begins the next one."""
        latest = max(self._calls, default=0)
        return _number(call.get("index"), len(self._calls) if call.get("id") else latest)

    def _add_logprobs(self, logprobs: dict[str, Any] | None) -> None:
        if logprobs is None:
            self._fields.setdefault("logprobs", None)
            return
        self._logprobs = self._logprobs or {}
        for name, tokens in logprobs.items():
            if isinstance(tokens, list):
                known = self._logprobs[name] = self._logprobs.get(name) or []
                known.extend(tokens)
            else:
                _keep_said(self._logprobs, {name: tokens})

    def whole(self) -> dict[str, Any]:
        """Return the choice as a whole answer has it."""
        message = self._message | {name: "".join(pieces) for name, pieces in self._texts.items()}
        if self._calls:
            message["tool_calls"] = [self._calls[index].whole() for index in sorted(self._calls)]
        said = {"text": "".join(self._completion)} if self._is_completion else {"message": message}
        choice = {"finish_reason": None, **self._fields, **said}
        return choice if self._logprobs is None else {**choice, "logprobs": self._logprobs}


class _ToolCall:
    """One tool call as far as it has been told."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}
        self._function: dict[str, Any] = {}
        self._arguments: list[str] = []

    def add(self, call: dict[str, Any]) -> None:
        """Take in one fragment."""
        function = call.get("function") or {}
        self._arguments.append(function.get("arguments") or "")
        _keep_said(self._function, {name: value for name, value in function.items() if name != "arguments"})
        _keep_said(
            self._fields, {name: value for name, value in call.items() if name not in ("index", "function")}
        )

    def whole(self) -> dict[str, Any]:
        """Return the call as a whole answer has it."""
        return {**self._fields, "function": {**self._function, "arguments": "".join(self._arguments)}}


def _number(index: object, otherwise: int) -> int:
    return index if type(index) is int else otherwise


def _keep_said(known: dict[str, Any], said: dict[str, Any]) -> None:
    """Add what is said to what is known; null never takes a value back."""
    for name, value in said.items():
        if value is not None or name not in known:
            known[name] = value
