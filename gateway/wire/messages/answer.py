"""An answer of chat, as a message."""

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.lanes import choices_in, index_of
from gateway.wire.usage_report import read_usage

SIGNATURE = "unsigned"
"""Stands for the signature of a thought: clients keep no thought without one, and nobody here checks it."""

_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
    # Cut short by the server, so what is there is not the whole.
    "insufficient_system_resource": "max_tokens",
}


class WholeMessage:
    """Turn a whole answer into a message (a stage)."""

    def feed(self, frame: Frame) -> Sequence[Frame]:
        """Translate the one frame there is."""
        if frame.kind is not FrameKind.WHOLE:
            return (frame,)
        return (Frame(FrameKind.WHOLE, orjson.dumps(message_of(orjson.loads(frame.raw))), frame.usage),)

    def finish(self) -> Sequence[Frame]:
        """Nothing was held back."""
        return ()


def message_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return a chat completion as a message; of several choices, the first."""
    choice = next((choice for choice in choices_in(answer) if index_of(choice) == 0), {})
    told = choice.get("message")
    reason, sequence = stop_of(choice)
    usage = answer.get("usage")
    return {
        **head_of(answer),
        "content": _blocks(told if type(told) is dict else {}),
        "stop_reason": reason,
        "stop_sequence": sequence,
        "usage": usage_of(read_usage(usage if type(usage) is dict else {})),
    }


def head_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what stands at the beginning of a message, of an answer or of its first chunk."""
    number, model = answer.get("id"), answer.get("model")
    return {
        "id": f"msg_{str(number or 'unnamed').removeprefix('chatcmpl-')}",
        "type": "message",
        "role": "assistant",
        "model": model if type(model) is str else "",
    }


def stop_of(choice: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return why a choice ended, and the text that stopped it where the server names it (vLLM does)."""
    reason, sequence = choice.get("finish_reason"), choice.get("stop_reason")
    if reason is None:
        return None, None
    if reason == "stop" and type(sequence) is str:
        return "stop_sequence", sequence
    return _REASONS.get(reason, "end_turn") if type(reason) is str else "end_turn", None


def usage_of(usage: Usage) -> dict[str, int]:
    """Return what was counted; what came from a cache is told apart from the other input."""
    return {
        "input_tokens": usage.prompt_tokens - usage.cache_hit_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cache_hit_tokens,
        "output_tokens": usage.completion_tokens,
    }


def tool_use(number: int, call: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the block of a call; one without an id is named by its number."""
    function = call.get("function")
    name = function.get("name") if type(function) is dict else None
    identity = call.get("id")
    return {
        "type": "tool_use",
        "id": identity if type(identity) is str and identity else f"toolu_{number}",
        "name": name if type(name) is str else "",
        "input": given,
    }


def _blocks(told: dict[str, Any]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if thought := _text(told, "reasoning_content"):
        blocks.append({"type": "thinking", "thinking": thought, "signature": SIGNATURE})
    if text := _text(told, "content") + _text(told, "refusal"):
        blocks.append({"type": "text", "text": text})
    calls = told.get("tool_calls")
    for number, call in enumerate(calls if type(calls) is list else ()):
        if type(call) is dict:
            blocks.append(tool_use(number, call, _arguments(call)))
    return blocks


def _text(told: dict[str, Any], name: str) -> str:
    text = told.get(name)
    return text if type(text) is str else ""


def _arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Return what a tool is called with; what is no object (the answer was cut) stands in one as it is."""
    function = call.get("function")
    written = _text(function, "arguments") if type(function) is dict else ""
    if not written.strip():
        return {}
    try:
        given = orjson.loads(written)
    except orjson.JSONDecodeError:
        given = written
    return given if type(given) is dict else {"arguments": given}
