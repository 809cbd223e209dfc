"""Habits of OpenAI's clients that hosted DeepSeek refuses, written so that it takes them."""

from typing import Any

import orjson

# DeepSeek takes an empty one for none; this is the least that it accepts.
_NO_REASONING = " "
_INSTRUCTION = "Answer with one JSON object and nothing else."
_SHAPE = " It has to fit this JSON Schema: "


def turn_off_thinking(body: dict[str, Any]) -> None:
    """Write OpenAI's effort `none` as DeepSeek's switch, unless that says something itself."""
    if body.get("reasoning_effort") != "none":
        return
    del body["reasoning_effort"]
    if body.get("thinking") is None:
        body["thinking"] = {"type": "disabled"}


def give_reasoning_back(body: dict[str, Any]) -> None:
    """
    Put a blank where a client dropped the reasoning of an earlier turn.

    Beside tools, thinking models are refused a conversation that lacks it, and
    clients made for other models lose it between two turns.
    """
    if body.get("tools") and _thinks(body):
        body["messages"] = [
            {**message, "reasoning_content": _NO_REASONING} if _lacks_reasoning(message) else message
            for message in body["messages"]
        ]


def describe_the_format(body: dict[str, Any]) -> None:
    """
    Ask for `json_schema` in words, with JSON alone promised by the server.

    The words follow the leading system messages, so that conversations which
    share those still share the server's prefix cache.
    """
    wanted = body.get("response_format")
    described = wanted.get("json_schema") if wanted and wanted.get("type") == "json_schema" else None
    if type(described) is not dict:
        return
    schema = described.get("schema")
    words = _INSTRUCTION + (_SHAPE + orjson.dumps(schema).decode() if schema else "")
    messages = body["messages"]
    place = next(
        (index for index, message in enumerate(messages) if message["role"] != "system"), len(messages)
    )
    body["response_format"] = {"type": "json_object"}
    body["messages"] = [*messages[:place], {"role": "system", "content": words}, *messages[place:]]


def _thinks(body: dict[str, Any]) -> bool:
    # It does unless it is told not to.
    thinking = body.get("thinking")
    return not (isinstance(thinking, dict) and thinking.get("type") == "disabled")


def _lacks_reasoning(message: dict[str, Any]) -> bool:
    return (
        message["role"] == "assistant"
        and not message.get("reasoning_content")
        and message.get("prefix") is not True
    )
