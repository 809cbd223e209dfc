"""
What callers of Messages ask, as a chat request.

DeepSeek answers the same fields (https://api-docs.deepseek.com/guides/anthropic_api):
what it ignores is ignored here (`cache_control`, `service_tier`, `container`,
`thinking.budget_tokens`), and what would silently not be done is refused.
"""

from typing import Any

from gateway.wire.chat import ChatRequest, chat_of, read_model
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.json_body import read_object, refuse_depth
from gateway.wire.messages.tools import choice_of, functions_of
from gateway.wire.messages.turns import system_turns, turns_of
from gateway.wire.places import text_at, wrong

_NO_THREADS = (
    "`thread` is not served: no conversation is held here. Send all of its messages with every request."
)
_NOT_DONE = {
    "mcp_servers": "Call the servers yourself and offer their tools.",
    "compaction": "Ask for a summary in words and begin a new conversation with it.",
}
_SAME = ("max_tokens", "temperature", "top_p", "top_k")
_THINKING = {"enabled": "enabled", "adaptive": "enabled", "disabled": "disabled"}


def read_messages(body: bytes) -> ChatRequest:
    """Read a request to create a message, or raise `InvalidRequest`."""
    fields = read_object(body)
    refuse_depth(body, fields)
    return chat_of(_chat_fields(fields))


def _chat_fields(fields: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in fields.items() if value is not None}
    chat: dict[str, Any] = {
        "model": read_model(said.get("model")),
        "messages": [*system_turns(said.get("system")), *turns_of(said.get("messages"))],
        **{name: said[name] for name in _SAME if name in said},
    }
    if said.get("thread"):
        raise InvalidRequest(_NO_THREADS, param="thread", code="thread_unsupported")
    for name, way_out in _NOT_DONE.items():
        if said.get(name):
            raise wrong(name, f"is not served. {way_out}")
    if "stream" in said:
        chat |= _stream(said["stream"])
    if "stop_sequences" in said:
        chat["stop"] = _texts(said["stop_sequences"])
    if said.get("tools"):
        chat["tools"] = functions_of(said["tools"])
    if "tool_choice" in said and "tools" in chat:
        chat |= choice_of(said["tool_choice"])
    return chat | _thinking(said.get("thinking")) | _output(_configured(said)) | _end_user(said)


def _stream(stream: object) -> dict[str, Any]:
    if type(stream) is not bool:
        raise wrong("stream", "has to be true or false.")
    return {"stream": True, "stream_options": {"include_usage": True}} if stream else {}


def _texts(texts: object) -> list[str]:
    if type(texts) is not list or not all(type(text) is str for text in texts):
        raise wrong("stop_sequences", "has to be a list of texts.")
    return texts


def _thinking(thinking: object) -> dict[str, Any]:
    if thinking is None:
        return {}
    kind = thinking.get("type") if type(thinking) is dict else None
    if type(kind) is not str or kind not in _THINKING:
        raise wrong("thinking", 'has to be an object, as {"type": "enabled"} or {"type": "disabled"}.')
    return {"thinking": {"type": _THINKING[kind]}}


def _configured(said: dict[str, Any]) -> object:
    """Return what is said of the output; its format stood beside it in earlier versions."""
    config, form = said.get("output_config"), said.get("output_format")
    if form is None or not (config is None or type(config) is dict):
        return config
    return {"format": form} | (config or {})


def _output(config: object) -> dict[str, Any]:
    """Return how hard a model is to think, and the shape of what it says."""
    if config is None:
        return {}
    if type(config) is not dict:
        raise wrong("output_config", "has to be an object.")
    fields: dict[str, Any] = {}
    if config.get("effort") is not None:
        fields["reasoning_effort"] = text_at(config, "effort", "output_config")
    if config.get("format") is not None:
        fields["response_format"] = _format(config["format"])
    return fields


def _format(form: object) -> dict[str, Any]:
    if type(form) is not dict or form.get("type") != "json_schema" or type(form.get("schema")) is not dict:
        raise wrong("output_config.format", 'has to be {"type": "json_schema", "schema": {...}}.')
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": form["schema"], "strict": True},
    }


def _end_user(said: dict[str, Any]) -> dict[str, Any]:
    metadata = said.get("metadata")
    user = metadata.get("user_id") if type(metadata) is dict else None
    return {"user_id": user} if type(user) is str and user else {}
