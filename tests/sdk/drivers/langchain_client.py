"""
LangChain's ChatDeepSeek, and its OpenAI for completions, told what to do line by line, like openai_client.py.
"""

import json
import sys
from typing import Any

import openai
from langchain_deepseek import ChatDeepSeek
from langchain_openai import OpenAI

Facts = dict[str, Any]


def _model(order: Facts) -> Any:
    options = dict(order["options"])
    tools = options.pop("tools", None)
    model = ChatDeepSeek(
        model=order["model"],
        api_base=order["base_url"],
        api_key=order["api_key"],
        max_retries=order["retries"],
        timeout=order["timeout"],
        stream_usage=True,
        extra_body=options.pop("extra_body", None),
        **options,
    )
    return model.bind_tools(tools) if tools else model


def chat(order: Facts) -> Facts:
    """Ask for a whole answer."""
    return _facts(_model(order).invoke(order["messages"]), chunks=1)


def stream(order: Facts) -> Facts:
    """Ask for a stream, read it to its end or leave after so many chunks."""
    whole, count, last_usage = None, 0, None
    chunks = _model(order).stream(order["messages"])
    try:
        for chunk in chunks:
            count += 1
            whole = chunk if whole is None else whole + chunk
            last_usage = chunk.usage_metadata or last_usage
            if count == order.get("leave_after"):
                chunks.close()
                break
    except Exception as error:  # noqa: BLE001 - the older major lets its HTTP library's errors through
        return {"text": whole.content if whole else "", "chunks": count, "error": _error(error)}
    return _facts(whole, chunks=count) | {"usage": last_usage}


def _completer(order: Facts) -> Any:
    return OpenAI(
        model=order["model"],
        base_url=order["base_url"],
        api_key=order["api_key"],
        max_retries=order["retries"],
        model_kwargs={"suffix": order["options"]["suffix"]},
        max_tokens=order["options"]["max_tokens"],
    )


def fill(order: Facts) -> Facts:
    """Let a gap be filled, before which the user's text stands; the prompt goes in a list of one."""
    answer = _completer(order).generate([order["messages"][0]["content"]]).generations[0][0]
    return {"text": answer.text, "finish": answer.generation_info["finish_reason"]}


def fill_slowly(order: Facts) -> Facts:
    """Let a gap be filled piece by piece."""
    facts: Facts = {"text": "", "finish": None, "chunks": 0}
    for generation in _completer(order)._stream(order["messages"][0]["content"]):
        facts["text"] += generation.text
        facts["finish"] = (generation.generation_info or {}).get("finish_reason") or facts["finish"]
        facts["chunks"] += 1
    return facts


def _facts(message: Any, *, chunks: int) -> Facts:
    calls = [
        {"id": call["id"], "name": call["name"], "arguments": json.dumps(call["args"])}
        for call in message.tool_calls
    ]
    return {
        "text": message.content,
        "reasoning": message.additional_kwargs.get("reasoning_content", ""),
        "finish": message.response_metadata.get("finish_reason"),
        "usage": message.usage_metadata,
        "chunks": chunks,
        "calls": calls,
    }


def _error(error: Exception) -> Facts:
    # LangChain raises its own children of the SDK's errors.
    families = [family.__name__ for family in type(error).__mro__ if family.__module__.startswith("openai")]
    facts: Facts = {"class": next(iter(families), type(error).__name__), "message": str(error)}
    if isinstance(error, openai.APIError):
        facts |= {"code": error.code, "param": error.param}
    if isinstance(error, openai.APIStatusError):
        facts |= {"status": error.status_code, "request_id": error.request_id}
    return facts


def main() -> None:
    """Do what each line says."""
    acts = {"chat": chat, "stream": stream, "fill": fill, "fill_slowly": fill_slowly}
    for line in sys.stdin:
        order = json.loads(line)
        try:
            facts = acts[order["do"]](order)
        except openai.OpenAIError as error:
            facts = {"error": _error(error)}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
