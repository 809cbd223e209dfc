"""The turns of a conversation, as chat messages."""

from typing import Any

import orjson

from gateway.wire.messages.blocks import part_of, parts_of, text_of
from gateway.wire.parts import Part, content_of
from gateway.wire.places import blocks_at, object_at, text_at, wrong

Message = dict[str, Any]


def system_turns(system: object) -> list[Message]:
    """Return what the system says before the conversation; nothing if it is missing or empty."""
    if system is None:
        return []
    text = text_of(system, "system")
    return [{"role": "system", "content": text}] if text else []


def turns_of(messages: object) -> list[Message]:
    """Return the chat messages of a conversation, or raise `InvalidRequest`."""
    if type(messages) is not list or not messages:
        raise wrong(
            "messages",
            'has to be a list of one or more messages, as [{"role": "user", "content": "..."}].',
        )
    turns: list[Message] = []
    for index, message in enumerate(messages):
        turns += _turn(message, f"messages[{index}]")
    last = turns[-1]
    if last["role"] == "assistant" and last["content"] and "tool_calls" not in last:
        # Whose turn ends a conversation is to go on with it.
        last["prefix"] = True
    return turns


def _turn(message: object, place: str) -> list[Message]:
    if type(message) is not dict:
        raise wrong(place, "has to be an object.")
    content, where = message.get("content"), f"{place}.content"
    match message.get("role"):
        case "user":
            return _user(content, where)
        case "assistant":
            return [_assistant(content, where)]
        case "system":
            return [{"role": "system", "content": text_of(content, where)}]
        case _:
            raise wrong(f"{place}.role", "has to be user or assistant.")


def _user(content: object, place: str) -> list[Message]:
    if type(content) is str:
        return [{"role": "user", "content": content}]
    results: list[Message] = []
    parts: list[Part] = []
    for kind, block, where in blocks_at(content, place):
        if kind == "tool_result":
            result, pictures = _tool_result(block, where)
            results.append(result)
            parts += pictures
        else:
            parts.append(part_of(kind, block, where))
    # What tools gave has to follow the message that called them.
    said = [{"role": "user", "content": content_of(parts)}] if parts or not results else []
    return [*results, *said]


def _tool_result(block: dict[str, Any], place: str) -> tuple[Message, list[Part]]:
    """Return what a tool gave, and apart from it what is no text: a tool's message can only be one."""
    parts = [] if block.get("content") is None else parts_of(block["content"], f"{place}.content")
    texts = [part for part in parts if part["type"] == "text"]
    message = {
        "role": "tool",
        "tool_call_id": text_at(block, "tool_use_id", place),
        "content": content_of(texts),
    }
    return message, [part for part in parts if part["type"] != "text"]


def _assistant(content: object, place: str) -> Message:
    if type(content) is str:
        return {"role": "assistant", "content": content}
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[dict[str, Any]] = []
    for kind, block, where in blocks_at(content, place):
        match kind:
            case "text":
                texts.append(text_at(block, "text", where))
            case "thinking":
                thoughts.append(text_at(block, "thinking", where))
            case "redacted_thinking":
                # Locked by somebody else; no model here could read it.
                pass
            case "tool_use":
                calls.append(_call(block, where))
            case _:
                raise wrong(
                    f"{where}.type", "has to be text, thinking or tool_use in what the assistant said."
                )
    message: Message = {"role": "assistant", "content": "\n".join(texts) if texts or not calls else None}
    if thoughts:
        message["reasoning_content"] = "\n".join(thoughts)
    if calls:
        message["tool_calls"] = calls
    return message


def _call(block: dict[str, Any], place: str) -> dict[str, Any]:
    arguments = orjson.dumps(object_at(block, "input", place)).decode()
    function = {"name": text_at(block, "name", place), "arguments": arguments}
    return {"id": text_at(block, "id", place), "type": "function", "function": function}
