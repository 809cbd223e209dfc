"""
Which fields of a request reach which server.

A local server is given a list of what may pass, not of what may not: the next
version of it may bring another field that reaches into its scheduler, its
cache or its files.
"""

from typing import Any

from gateway.wire.chat import ChatRequest

OPENAI_FIELDS = frozenset(
    {
        "messages",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "reasoning_effort",
        "response_format",
        "seed",
        "stop",
        "stream",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
    }
)

# What reaches past a request into the server that answers it.
CONTROL_FIELDS = frozenset(
    {
        "bootstrap_host",
        "bootstrap_port",
        "bootstrap_room",
        "cache_salt",
        "chat_template",
        "custom_logit_processor",
        "data_parallel_rank",
        "extra_key",
        "id_slot",
        "kv_transfer_params",
        "lora",
        "lora_path",
        "lora_request",
        "media_io_kwargs",
        "mm_processor_kwargs",
        "priority",
        "request_id",
        "rid",
        "routed_dp_rank",
        "session_id",
        "session_params",
        "vllm_xargs",
    }
)

_TEMPLATE_SECRETS = frozenset({"chat_template", "tokenize", "tools", "documents", "conversation", "messages"})
_SCALARS = (str, int, float, bool)


def pick(request: ChatRequest, allowed: frozenset[str], model: str) -> dict[str, Any]:
    """Return a new body of the allowed fields that say something, under the upstream's name for the model."""
    body = {"model": model}
    body.update(
        {name: value for name, value in request.body.items() if name in allowed and value is not None}
    )
    return body


def ask_for_usage(body: dict[str, Any], *, streams: bool) -> None:
    """Let a stream report its usage, and say nothing about it elsewhere: there the option is an error."""
    body.pop("stream_options", None)
    if streams:
        body["stream_options"] = {"include_usage": True}


def name_the_limit(body: dict[str, Any]) -> None:
    """Write OpenAI's newer name for the output limit as `max_tokens`, for servers that know only that."""
    limit = body.pop("max_completion_tokens", None)
    if limit is not None and body.get("max_tokens") is None:
        body["max_tokens"] = limit


def wants_thinking(request: ChatRequest) -> bool | None:
    """Return what the caller says about thinking in DeepSeek's `thinking`, None where nothing is said."""
    thinking = request.body.get("thinking")
    said = thinking.get("type") if isinstance(thinking, dict) else None
    return {"enabled": True, "disabled": False}.get(said) if isinstance(said, str) else None


def tell_the_template(body: dict[str, Any], request: ChatRequest, *switches: str) -> None:
    """
    Translate `thinking` into the switches that a chat template reads.

    The caller's own switches stay as far as they are plain values and cannot
    replace the template or what it is given.
    """
    own = request.body.get("chat_template_kwargs")
    kwargs = (
        {
            name: value
            for name, value in own.items()
            if name not in _TEMPLATE_SECRETS and isinstance(value, _SCALARS)
        }
        if isinstance(own, dict)
        else {}
    )
    thinks = wants_thinking(request)
    if thinks is not None:
        kwargs |= dict.fromkeys(switches, thinks)
    if kwargs:
        body["chat_template_kwargs"] = kwargs


def has_prefix(request: ChatRequest) -> bool:
    """Return whether the last message is the beginning of the answer (DeepSeek's `prefix`)."""
    last = request.body["messages"][-1]
    return last.get("prefix") is True and last.get("role") == "assistant"


def with_known_roles(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Return the messages with OpenAI's `developer` as `system`; the same list where there is none.

    Hosted DeepSeek refuses the newer name, and a chat template that does not
    know it leaves the whole message out without a word.
    """
    if "developer" not in [message["role"] for message in messages]:
        return messages
    return [
        {**message, "role": "system"} if message["role"] == "developer" else message for message in messages
    ]


def without_prefix_marks(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages without DeepSeek's `prefix` field; the same list where there is none."""
    if not any("prefix" in message for message in messages):
        return messages
    return [{name: value for name, value in message.items() if name != "prefix"} for message in messages]
