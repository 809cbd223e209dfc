"""
What callers of Responses ask, as a chat request.

Nothing is kept between two requests, as at DeepSeek's own endpoint: what would
need it is refused, with everything else that would silently not be done. What
only tells a provider how to do its work is ignored (`store`, `truncation`,
`service_tier`, `include` of what nobody asked for).
"""

from typing import Any

from gateway.wire.chat import ChatRequest, chat_of, read_model
from gateway.wire.places import object_at, text_at, wrong
from gateway.wire.responses.tools import choice_of, functions_of
from gateway.wire.responses.turns import turns_of

Fields = dict[str, Any]

# The later ones OpenAI has at chat alone; a model server may know them all the same.
_SAME = (
    "temperature", "top_p",
    "frequency_penalty", "logit_bias", "min_p", "presence_penalty", "seed", "stop", "thinking", "top_k",
)  # fmt: skip
_KEPT_NOWHERE = "is not served: the gateway keeps no conversations. Send all of its items in `input`."
_NOT_DONE = {
    "previous_response_id": _KEPT_NOWHERE,
    "conversation": _KEPT_NOWHERE,
    "background": "is not served: nothing is kept that could be asked for later. Leave it out, and stream.",
    "prompt": "names a prompt that is kept elsewhere. Send its text in `instructions`.",
    "moderation": "is not served. Leave it out.",
}
_LOGPROBS = "message.output_text.logprobs"


def chat_request_of(fields: Fields) -> ChatRequest:
    """Return the chat request that asks the same, or raise `InvalidRequest`."""
    said = {name: value for name, value in fields.items() if value is not None}
    for name, words in _NOT_DONE.items():
        if said.get(name):
            raise wrong(name, words)
    chat: Fields = {
        "model": read_model(said.get("model")),
        "messages": [*_instructions(said), *turns_of(said.get("input"))],
        **{name: said[name] for name in _SAME if name in said},
        **_stream(said.get("stream", False)),
        **_bound(said),
        **_text(said),
        **_thinking(said),
        **_logprobs(said),
        **_end_user(said),
        **_tools(said),
    }
    return chat_of(chat)


def _instructions(said: Fields) -> list[Fields]:
    if not said.get("instructions"):
        return []
    if type(said["instructions"]) is not str:
        raise wrong("instructions", "has to be a text.")
    return [{"role": "system", "content": said["instructions"]}]


def _stream(stream: object) -> Fields:
    if type(stream) is not bool:
        raise wrong("stream", "has to be true or false.")
    return {"stream": True, "stream_options": {"include_usage": True}} if stream else {}


def _bound(said: Fields) -> Fields:
    bound = said.get("max_output_tokens")
    if bound is None:
        return {}
    if type(bound) is not int or bound < 1:
        raise wrong("max_output_tokens", "has to be a whole number of at least 1.")
    return {"max_tokens": bound}


def _text(said: Fields) -> Fields:
    """Return the shape of what a model says, and how much it says."""
    if "text" not in said:
        return {}
    config = object_at(said, "text", "")
    fields: Fields = {}
    if config.get("verbosity") is not None:
        fields["verbosity"] = text_at(config, "verbosity", "text")
    if config.get("format") is not None:
        fields |= _format(object_at(config, "format", "text"))
    return fields


def _format(form: Fields) -> Fields:
    match form.get("type"):
        case "text":
            return {}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case "json_schema":
            schema = {
                "name": text_at(form, "name", "text.format"),
                "schema": object_at(form, "schema", "text.format"),
            }
            schema |= {name: form[name] for name in ("description", "strict") if form.get(name) is not None}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}
        case _:
            raise wrong("text.format.type", "has to be text, json_object or json_schema.")


def _thinking(said: Fields) -> Fields:
    """Return whether a model is to think, and how hard; nothing where policy and model decide."""
    if "reasoning" not in said:
        return {}
    reasoning = object_at(said, "reasoning", "")
    if reasoning.get("effort") is None:
        return {}
    effort = text_at(reasoning, "effort", "reasoning")
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    return {"thinking": {"type": "enabled"}, "reasoning_effort": effort}


def _logprobs(said: Fields) -> Fields:
    include = said.get("include", [])
    if type(include) is not list:
        raise wrong("include", "has to be a list.")
    most = said.get("top_logprobs", 0)
    if type(most) is not int or most < 0:
        raise wrong("top_logprobs", "has to be a whole number of at least 0.")
    if _LOGPROBS not in include and not most:
        return {}
    return {"logprobs": True, **({"top_logprobs": most} if most else {})}


def _end_user(said: Fields) -> Fields:
    named = [
        user for name in ("user", "safety_identifier") if name in said and (user := text_at(said, name, ""))
    ]
    return {"user_id": named[0]} if named else {}


def _tools(said: Fields) -> Fields:
    fields: Fields = {"tools": functions_of(said["tools"])} if said.get("tools") else {}
    choice = said.get("tool_choice")
    if choice is not None and (fields or choice not in ("auto", "none")):
        fields |= choice_of(choice, fields.get("tools", []))
    parallel = said.get("parallel_tool_calls", True)
    if type(parallel) is not bool:
        raise wrong("parallel_tool_calls", "has to be true or false.")
    return fields if parallel else {**fields, "parallel_tool_calls": False}
