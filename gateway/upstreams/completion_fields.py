"""What of a request for a completion reaches which server."""

import re
from collections.abc import Collection
from typing import Any

from gateway.upstreams.request_fields import CONTROL_FIELDS, ask_for_usage, name_the_limit
from gateway.wire.chat import ChatRequest
from gateway.wire.completions.prompt import prompt_of
from gateway.wire.invalid_request import InvalidRequest

COMPLETION_FIELDS = frozenset(
    {
        "echo",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "presence_penalty",
        "seed",
        "stop",
        "stream",
        "temperature",
        "top_p",
        "user",
    }
)

FIM_PLACES = ("{prompt}", "{suffix}")
"""Where in a template the two sides of a gap stand."""

_PLACE = re.compile(r"\{(prompt|suffix)\}")
# Policy's defaults may put some of them into any request.
_OF_CHAT = frozenset(
    {
        "chat_template_kwargs",
        "messages",
        "n",
        "parallel_tool_calls",
        "reasoning_effort",
        "response_format",
        "thinking",
        "tool_choice",
        "tools",
        "top_logprobs",
    }
)
_OTHERWISE = {
    "suffix": "Ask for another model, or write the marks that this one was trained with into `prompt`.",
    "echo": "Leave it out, and put the prompt before the text yourself.",
    "logprobs": "Leave it out.",
}


def completion_body(
    request: ChatRequest, model: str, allowed: Collection[str] | None = None
) -> dict[str, Any]:
    """
    Return the body of the completion that a request asks for, under the upstream's name for the model.

    Without a list of what is allowed, all fields pass that are not chat's and reach into no server.
    """
    text, suffix = prompt_of(request.body)
    body = {"model": model, "prompt": text}
    if suffix is not None:
        body["suffix"] = suffix
    body |= {
        name: value
        for name, value in request.body.items()
        if value is not None and name not in body and _passes(name, allowed)
    }
    ask_for_usage(body, streams=request.stream)
    name_the_limit(body)
    return body


def mark_the_gap(body: dict[str, Any], template: str) -> None:
    """
    Write both sides of the gap as one prompt, with the marks that the model was trained with.

    An echo of that is none of what the caller wrote.
    """
    if "suffix" in body:
        refuse_unheeded(body, ("echo",))
        sides = {"prompt": body["prompt"], "suffix": body.pop("suffix")}
        body["prompt"] = _PLACE.sub(lambda place: sides[place[1]], template)


def refuse_unheeded(body: dict[str, Any], unheeded: Collection[str]) -> None:
    """Raise `InvalidRequest` for what this server would read over, or refuse in words of its own."""
    for name in unheeded:
        if name in body and body[name] is not False:
            raise InvalidRequest(
                f"The model that serves this request knows no `{name}`. {_OTHERWISE[name]}", param=name
            )


def _passes(name: str, allowed: Collection[str] | None) -> bool:
    if allowed is not None:
        return name in allowed
    return name not in _OF_CHAT and name not in CONTROL_FIELDS
