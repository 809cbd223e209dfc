"""Habits of OpenAI's clients that hosted DeepSeek refuses, written so that it takes them."""

from typing import Any

import orjson

from gateway.wire.thoughts import lacks_thought, thinks

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
    if body.get("tools") and thinks(body):
        body["messages"] = [
            {**message, "reasoning_content": _NO_REASONING} if lacks_thought(message) else message
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
