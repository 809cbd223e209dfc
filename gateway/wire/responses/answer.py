"""An answer of chat, as a response."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import choices_in, index_of
from gateway.wire.responses.manner import Manner
from gateway.wire.responses.output import (
    COMPLETED,
    INCOMPLETE,
    OUTPUT,
    REFUSAL,
    Item,
    call_item,
    called_by,
    logprobs_of,
    message_item,
    part_of,
    reasoning_item,
)
from gateway.wire.usage_report import read_usage

Object = dict[str, Any]

_CUT = {
    "length": "max_output_tokens",
    "content_filter": "content_filter",
    # Cut short by the server, so what is there is not the whole.
    "insufficient_system_resource": "max_output_tokens",
}


class WholeResponse:
    """Turn a whole answer into a response (a stage)."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Translate the one frame there is."""
        if frame.kind is not FrameKind.WHOLE:
            return (frame,)
        response = response_of(orjson.loads(frame.raw), self._manner)
        return (Frame(FrameKind.WHOLE, orjson.dumps(response), frame.usage),)

    def finish(self) -> Sequence[Frame]:
        """Nothing was held back."""
        return ()


def response_of(answer: Object, manner: Manner) -> Object:
    """Return a chat completion as a response; of several choices, the first."""
    choice: Object = next((choice for choice in choices_in(answer) if index_of(choice) == 0), {})
    told, usage = choice.get("message"), answer.get("usage")
    head = head_of(answer, manner)
    items = _Items(suffix_of(head), manner)
    output = list(items.of(told if type(told) is dict else {}, logprobs_of(choice)))
    ending = ending_of(choice.get("finish_reason"))
    if output:
        output[-1]["status"] = ending["status"]
    return {
        **head,
        "output": output,
        **ending,
        "usage": usage_of(read_usage(usage if type(usage) is dict else {})),
    }


def head_of(answer: Object, manner: Manner) -> Object:
    """Return what stands at the beginning of a response, of an answer or of its first chunk."""
    number, model, created = answer.get("id"), answer.get("model"), answer.get("created")
    return {
        "id": f"resp_{str(number or 'unnamed').removeprefix('chatcmpl-')}",
        "object": "response",
        "created_at": created if type(created) is int else 0,
        "model": model if type(model) is str else "",
        **manner.settings,
    }


def suffix_of(head: Object) -> str:
    """Return what the ids of items have of the id of their response."""
    return str(head["id"]).removeprefix("resp_")


def ending_of(reason: object) -> Object:
    """Return how a response ended, by the reason of its choice."""
    cut = _CUT.get(reason) if type(reason) is str else None
    return {
        "status": INCOMPLETE if cut else COMPLETED,
        "error": None,
        "incomplete_details": {"reason": cut} if cut else None,
    }


def usage_of(usage: Usage) -> Object:
    """Return what was counted."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cache_hit_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }


class _Items:
    """The items of one response, numbered as they come."""

    def __init__(self, suffix: str, manner: Manner) -> None:
        self._suffix = suffix
        self._manner = manner
        self._count = 0

    def of(self, told: Object, logprobs: list[Object]) -> Iterator[Item]:
        """Yield what a message says."""
        if thought := _text(told, "reasoning_content"):
            parts = [part_of(self._manner.thinking, thought)]
            yield reasoning_item(self._id("rs"), parts, COMPLETED, carries=self._manner.carries_thoughts)
        said = ((OUTPUT, _text(told, "content"), logprobs), (REFUSAL, _text(told, "refusal"), ()))
        if parts := [part_of(voice, text, tokens) for voice, text, tokens in said if text]:
            yield message_item(self._id("msg"), parts, COMPLETED)
        calls = told.get("tool_calls")
        for number, call in enumerate(calls if type(calls) is list else ()):
            if type(call) is dict:
                function = call.get("function")
                written = _text(function, "arguments") if type(function) is dict else ""
                called = called_by(call, number, self._manner.names)
                yield call_item(self._id("fc"), called, written, COMPLETED)

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._suffix}_{self._count - 1}"


def _text(told: Object, name: str) -> str:
    text = told.get(name)
    return text if type(text) is str else ""
