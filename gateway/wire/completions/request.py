"""
What callers of completions ask, as a chat request.

One prompt has one answer, as at DeepSeek (https://api-docs.deepseek.com/api/create-completion).
What would silently not be done is refused. That a model shall think is read
over, as there: a text is gone on with at once.
"""

from typing import Any

from gateway.wire.chat import ChatRequest, read_model
from gateway.wire.chat_options import check_options
from gateway.wire.completions.prompt import Prompt, message_of
from gateway.wire.places import wrong

Fields = dict[str, Any]

MOST_LOGPROBS = 20
_OF_CHAT = ("messages", "tools", "tool_choice", "functions", "function_call", "response_format")
_ONE_ANSWER = ("n", "best_of")
_READ_HERE = frozenset({"model", "prompt", "suffix", "thinking", "reasoning_effort", *_OF_CHAT, *_ONE_ANSWER})


def completion_request_of(fields: Fields) -> ChatRequest:
    """Return the chat request that asks for this completion, or raise `InvalidRequest`."""
    said = {name: value for name, value in fields.items() if value is not None}
    for name in _OF_CHAT:
        if name in said:
            raise wrong(name, "belongs to chat: POST /v1/chat/completions. A completion has a `prompt`.")
    for name in _ONE_ANSWER:
        if not _is_one(said.get(name, 1)):
            raise wrong(name, "has to be 1: one answer is given at a time. Ask once for each.")
    rest = {name: value for name, value in said.items() if name not in _READ_HERE}
    check_options({name: value for name, value in rest.items() if name != "logprobs"})
    _check_extras(rest)
    options = rest.get("stream_options") or {}
    prompt = Prompt(_text_of(said.get("prompt")), _suffix_of(said))
    return ChatRequest(
        model=read_model(said.get("model")),
        stream=rest.get("stream") is True,
        include_usage=options.get("include_usage") is True,
        body={"model": said["model"], "messages": [message_of(prompt)], **rest},
    )


def _text_of(prompt: object) -> str:
    if type(prompt) is list and len(prompt) == 1 and type(prompt[0]) is str:
        return prompt[0]
    if type(prompt) is str:
        return prompt
    if type(prompt) is list and all(type(text) is str for text in prompt) and prompt:
        raise wrong("prompt", "has several texts, and one is gone on with at a time. Ask once for each.")
    if type(prompt) is list and prompt:
        raise wrong("prompt", "is made of tokens, which nobody here can read. Send it as a text.")
    raise wrong("prompt", "has to be a text: what the model is to go on with.")


def _suffix_of(said: Fields) -> str | None:
    suffix = said.get("suffix", "")
    if type(suffix) is not str:
        raise wrong("suffix", "has to be a text: what stands behind the gap.")
    # At the end of a file there is no gap: every server can go on with that.
    return suffix or None


def _check_extras(rest: Fields) -> None:
    if type(rest.get("echo", False)) is not bool:
        raise wrong("echo", "has to be true or false.")
    logprobs = rest.get("logprobs", 0)
    if type(logprobs) is not int or not 0 <= logprobs <= MOST_LOGPROBS:
        raise wrong("logprobs", f"has to be a whole number from 0 to {MOST_LOGPROBS}.")


def _is_one(count: object) -> bool:
    return type(count) is int and count == 1
