"""Completions in DeepSeek's JSON: as a stream of events, or as one document."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from gateway.simulator.answer import Answer
from gateway.simulator.completion import CompletionRequest
from gateway.simulator.logprobs import text_logprobs_of
from gateway.simulator.pieces import weigh
from gateway.simulator.rendering import FINGERPRINT, Event


class TextRenderer:
    """
    Write one completion under one id.

    With `echo` the prompt comes first, as a piece of its own. The usage of a
    stream stands on the chunk that has a finish reason, as at chat.
    """

    def __init__(self, request: CompletionRequest, answer: Answer, *, identity: UUID, created: int) -> None:
        self._request, self._answer = request, answer
        self._head = {
            "id": str(identity),
            "object": "text_completion",
            "created": created,
            "model": request.model,
            "system_fingerprint": FINGERPRINT,
        }

    def stream(self, *, with_usage: bool = True) -> Iterator[Event]:
        """Return the events of the stream, without the final `[DONE]`."""
        offset = 0
        for number, piece in enumerate(self._pieces):
            is_echo = bool(self._request.echo) and not number
            chunk = self._chunk(self._choice(piece, [piece], offset, None))
            yield Event(chunk, 0 if is_echo else 1, 0 if is_echo else weigh(piece))
            offset += len(piece)
        usage = {"usage": self._answer.usage()} if with_usage else {}
        yield Event(self._chunk(self._choice("", [], offset, self._answer.finish_reason), **usage), last=True)

    def whole(self, *, with_usage: bool = True) -> bytes:
        """Return the completion as one JSON document."""
        pieces = self._pieces
        choice = self._choice("".join(pieces), pieces, 0, self._answer.finish_reason)
        usage = {"usage": self._answer.usage()} if with_usage else {}
        return orjson.dumps({**self._head, "choices": [choice], **usage})

    @property
    def _pieces(self) -> list[str]:
        return [*([self._request.prompt] if self._request.echo else ()), *self._answer.content]

    def _choice(self, text: str, pieces: Sequence[str], offset: int, reason: str | None) -> dict[str, Any]:
        top = self._request.logprobs
        logprobs = None if top is None or not pieces else text_logprobs_of(pieces, top, offset)
        return {"index": 0, "text": text, "logprobs": logprobs, "finish_reason": reason}

    def _chunk(self, choice: dict[str, Any], **more: Any) -> bytes:
        return b"data: " + orjson.dumps({**self._head, "choices": [choice], **more}) + b"\n\n"
