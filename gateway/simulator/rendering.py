"""Answers in DeepSeek's JSON: as a stream of events, or as one document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from gateway.simulator.answer import Answer
from gateway.simulator.logprobs import logprobs_of
from gateway.simulator.pieces import weigh
from gateway.simulator.request import ChatRequest

FINGERPRINT = "fp_eaab8d114b_prod1017_fp8_kvcache"
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event: what it carries, and whether it finishes the answer."""

    data: bytes
    deltas: int = 0
    tenths: int = 0
    last: bool = False


class Renderer:
    """
    Write one answer under one id.

    The stream follows the reference of September 2026: usage stands on the
    chunk that has a finish reason, and `stream_options.include_usage` only
    decides whether the chunks before it say `usage: null`.
    """

    def __init__(self, request: ChatRequest, answer: Answer, *, identity: UUID, created: int) -> None:
        self._request, self._answer = request, answer
        self._identity, self._created = identity, created
        head = orjson.dumps(self._envelope("chat.completion.chunk"))
        self._before = b"data: " + head[:-1] + b',"choices":[{"index":0,"delta":'
        self._top = (request.top_logprobs or 0) if request.logprobs else None
        self._after_choice = b',"usage":null}\n\n' if request.includes_usage else b"}\n\n"

    def stream(self, *, with_usage: bool = True) -> Iterator[Event]:
        """Return the events of the stream, without the final `[DONE]`."""
        answer, thinks = self._answer, self._request.thinks
        first = {"role": "assistant", "content": None, "reasoning_content": ""} if thinks else _opening()
        yield Event(self._chunk(first, b"null"))
        for piece in answer.reasoning:
            delta = {"content": None, "reasoning_content": piece}
            yield Event(self._chunk(delta, self._logprobs([], [piece])), 1, weigh(piece))
        for piece in answer.content:
            spoken: dict[str, object] = (
                {"content": piece, "reasoning_content": None} if thinks else {"content": piece}
            )
            yield Event(self._chunk(spoken, self._logprobs([piece], None)), 1, weigh(piece))
        for index, call in enumerate(answer.calls):
            function = {"name": call.name, "arguments": ""}
            opened = {"index": index, "id": self._call_id(index), "type": "function", "function": function}
            yield Event(self._chunk({"tool_calls": [opened]}, b"null"), 1, weigh(call.name))
            for piece in call.fragments:
                part = {"index": index, "function": {"arguments": piece}}
                yield Event(self._chunk({"tool_calls": [part]}, b"null"), 1, weigh(piece))
        yield Event(self._last_chunk(with_usage=with_usage), last=True)

    def whole(self, *, with_usage: bool = True) -> bytes:
        """Return the answer as one JSON document."""
        choice = {
            "index": 0,
            "message": self._message(),
            "logprobs": None
            if self._top is None
            else logprobs_of(self._answer.content, self._answer.reasoning, self._top),
            "finish_reason": self._answer.finish_reason,
        }
        document = {**self._envelope("chat.completion"), "choices": [choice]}
        if with_usage:
            document["usage"] = self._answer.usage()
        return orjson.dumps(document)

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {
            "id": str(self._identity),
            "object": kind,
            "created": self._created,
            "model": self._request.model,
            "system_fingerprint": FINGERPRINT,
        }

    def _chunk(self, delta: dict[str, Any], logprobs: bytes) -> bytes:
        tail = b',"finish_reason":null}]' + self._after_choice
        return self._before + orjson.dumps(delta) + b',"logprobs":' + logprobs + tail

    def _last_chunk(self, *, with_usage: bool) -> bytes:
        delta: dict[str, Any] = {"content": "", "role": None}
        if self._request.thinks:
            delta["reasoning_content"] = None
        usage = b',"usage":' + orjson.dumps(self._answer.usage()) if with_usage else b""
        reason = orjson.dumps(self._answer.finish_reason)
        middle = b',"logprobs":null,"finish_reason":' + reason + b"}]"
        return self._before + orjson.dumps(delta) + middle + usage + b"}\n\n"

    def _logprobs(self, content: list[str], reasoning: list[str] | None) -> bytes:
        return b"null" if self._top is None else orjson.dumps(logprobs_of(content, reasoning, self._top))

    def _message(self) -> dict[str, Any]:
        answer = self._answer
        message: dict[str, Any] = {"role": "assistant", "content": "".join(answer.content)}
        if self._request.thinks:
            message["reasoning_content"] = "".join(answer.reasoning)
        if answer.calls:
            message["tool_calls"] = [
                {
                    "index": index,
                    "id": self._call_id(index),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for index, call in enumerate(answer.calls)
            ]
        return message

    def _call_id(self, index: int) -> str:
        return f"call_{index:02}_{self._identity.hex[:24]}"


def _opening() -> dict[str, Any]:
    return {"role": "assistant", "content": ""}
