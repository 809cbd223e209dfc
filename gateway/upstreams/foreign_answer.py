"""An answer of any OpenAI-compatible server, whole or a chunk of one, once it is parsed."""

from typing import Any

import orjson

from gateway.upstreams.kind import Garbled
from gateway.wire.disassembly import disassemble
from gateway.wire.frames import Frame
from gateway.wire.usage_report import complete_report, read_report


def choices_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the choices of an answer or a chunk, perhaps none; raise `Garbled` if they are no choices."""
    choices = answer.get("choices") or []
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise Garbled("the choices of an answer are no list of objects")
    return choices


def rename_reasoning(message: object) -> bool:
    """Give a message or delta DeepSeek's name for its reasoning; return whether that changed it."""
    if not isinstance(message, dict) or "reasoning" not in message:
        return False
    reasoning = message.pop("reasoning")
    if message.get("reasoning_content") is None:
        message["reasoning_content"] = reasoning
    return True


def adapt_whole(answer: dict[str, Any], *, renames_reasoning: bool) -> bool:
    """Give a whole answer DeepSeek's shape; return whether that changed it."""
    changed = False
    if renames_reasoning:
        for choice in answer["choices"]:
            changed |= rename_reasoning(choice.get("message"))
    usage = answer.get("usage")
    if isinstance(usage, dict) and usage and "prompt_cache_hit_tokens" not in usage:
        answer["usage"] = complete_report(usage)
        changed = True
    return changed


def tell_as_stream(answer: dict[str, Any], *, renames_reasoning: bool) -> list[Frame]:
    """Return the frames of the stream that this whole answer stands for; raise `Garbled` if it is none."""
    choices = choices_of(answer)
    if not choices or not all(map(_says_something, choices)):
        raise Garbled("the body is no stream of events, and no answer")
    adapt_whole(answer, renames_reasoning=renames_reasoning)
    try:
        return disassemble(dump_answer(answer), read_report(answer.get("usage")))
    except (AttributeError, TypeError) as error:
        raise Garbled("an answer in the place of a stream cannot be taken apart") from error


def _says_something(choice: dict[str, Any]) -> bool:
    return isinstance(choice.get("message"), dict) or isinstance(choice.get("text"), str)


def dump_answer(answer: dict[str, Any]) -> bytes:
    """Write an answer or a chunk; raise `Garbled` for one nested deeper than can be written."""
    try:
        return orjson.dumps(answer)
    except TypeError as error:
        raise Garbled("an answer is nested too deeply") from error
