"""
The OpenAI SDK for Python, told what to do line by line; either major runs it.

Each line on standard input is one order in JSON, each line on standard output
what came of it. Nothing is judged here: that is the tests' part.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import openai

Facts = dict[str, Any]


def _client(order: Facts) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=order["base_url"],
        api_key=order["api_key"],
        max_retries=order["retries"],
        timeout=order["timeout"],
    )


def _extra(message: Any, name: str) -> str:
    return str(getattr(message, name, None) or "")


def chat(client: Any, order: Facts) -> Facts:
    """Ask for a whole answer."""
    answer = client.chat.completions.create(
        model=order["model"], messages=order["messages"], **order["options"]
    )
    message = answer.choices[0].message
    return {
        "text": message.content or "",
        "reasoning": _extra(message, "reasoning_content"),
        "finish": answer.choices[0].finish_reason,
        "usage": answer.usage.model_dump(),
        "request_id": answer._request_id,
        "calls": [
            _call(call.id, call.function.name, call.function.arguments) for call in message.tool_calls or ()
        ],
    }


def stream(client: Any, order: Facts) -> Facts:
    """Ask for a stream, read it to its end or leave after so many chunks."""
    facts: Facts = {"text": "", "reasoning": "", "finish": None, "usage": None, "chunks": 0, "calls": []}
    chunks = client.chat.completions.create(
        model=order["model"],
        messages=order["messages"],
        stream=True,
        stream_options={"include_usage": True},
        **order["options"],
    )
    try:
        for chunk in chunks:
            _take(chunk, facts)
            if facts["chunks"] == order.get("leave_after"):
                chunks.close()
                break
    except openai.OpenAIError as error:
        return facts | {"error": _error(error)}
    except Exception as error:  # noqa: BLE001 - the older major lets its HTTP library's errors through
        return facts | {"error": {"class": type(error).__name__}}
    return facts


def fill(client: Any, order: Facts) -> Facts:
    """Let a gap be filled, before which the user's text stands."""
    answer = client.completions.create(
        model=order["model"], prompt=order["messages"][0]["content"], **order["options"]
    )
    return {"text": answer.choices[0].text, "finish": answer.choices[0].finish_reason}


def fill_slowly(client: Any, order: Facts) -> Facts:
    """Let a gap be filled piece by piece."""
    chunks = client.completions.create(
        model=order["model"], prompt=order["messages"][0]["content"], stream=True, **order["options"]
    )
    choices = [chunk.choices[0] for chunk in chunks]
    text = "".join(choice.text for choice in choices)
    return {"text": text, "finish": choices[-1].finish_reason, "chunks": len(choices)}


def models(client: Any, _order: Facts) -> Facts:
    """List the models."""
    return {"models": [model.id for model in client.models.list()]}


def _take(chunk: Any, facts: Facts) -> None:
    facts["chunks"] += 1
    facts["usage_on_last"] = chunk.usage is not None and bool(chunk.choices)
    if chunk.usage is not None:
        facts["usage"] = chunk.usage.model_dump()
    for choice in chunk.choices:
        facts["text"] += choice.delta.content or ""
        facts["reasoning"] += _extra(choice.delta, "reasoning_content")
        facts["finish"] = choice.finish_reason or facts["finish"]
        for part in choice.delta.tool_calls or ():
            if part.index == len(facts["calls"]):
                facts["calls"].append(_call(part.id, part.function.name, "") | {"fragments": 0})
            facts["calls"][part.index]["arguments"] += part.function.arguments or ""
            facts["calls"][part.index]["fragments"] += 1


def _call(call_id: str, name: str, arguments: str) -> Facts:
    return {"id": call_id, "name": name, "arguments": arguments}


def _error(error: openai.OpenAIError) -> Facts:
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "code": getattr(error, "code", None),
        "param": getattr(error, "param", None),
        "message": getattr(error, "message", str(error)),
        "request_id": getattr(error, "request_id", None),
    }


_ACTS: dict[str, Callable[[Any, Facts], Facts]] = {
    "chat": chat,
    "stream": stream,
    "fill": fill,
    "fill_slowly": fill_slowly,
    "models": models,
}


def main() -> None:
    """Do what each line says."""
    for line in sys.stdin:
        order = json.loads(line)
        with _client(order) as client:
            try:
                facts = _ACTS[order["do"]](client, order)
            except openai.OpenAIError as error:
                facts = {"error": _error(error)}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
