"""
What DeepSeek does not take, in its words where they are known.

A wrong shape is 400 (invalid format), a value out of bounds 422 (invalid
parameters), as its error page says.
"""

import re
from typing import Any

from gateway.simulator.catalogue import ACCEPTED, LISTED, MAX_OUTPUT_TOKENS, WITH_VISION
from gateway.simulator.errors import invalid
from gateway.simulator.request import ChatRequest, Function, Message

_ROLES = ("system", "user", "assistant", "tool", "latest_reminder")
_PARTS = ("text", "image_url", "file")
_USER_ID = re.compile(r"[a-zA-Z0-9\-_]{1,512}")
_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FORMAT = "Failed to deserialize the JSON body into the target type: "
_BETA = 'please set base_url="https://api.deepseek.com/beta" to use it'


def check(request: ChatRequest, *, beta: bool) -> None:
    """Raise `DeclinedRequest` if DeepSeek would refuse this request."""
    _check_model(request)
    _check_messages(request, beta=beta)
    _check_tools(request, beta=beta)
    _check_reasoning(request)
    _check_parameters(request)


def _check_model(request: ChatRequest) -> None:
    if request.model not in ACCEPTED:
        names = ", ".join(LISTED)
        raise invalid(f"The supported API model names are {names}, but you passed {request.model}.")


def _check_messages(request: ChatRequest, *, beta: bool) -> None:
    if not request.messages:
        raise invalid("Empty input messages")
    for place, message in enumerate(request.messages):
        _check_message(request.model, place, message)
        if message.prefix:
            _check_prefix(request, message, beta=beta)
    _check_tool_turns(request.messages)


def _check_message(model: str, place: int, message: Message) -> None:
    where = f"{_FORMAT}messages[{place}]"
    if message.role not in _ROLES:
        raise invalid(f"{where}.role: unknown variant `{message.role}`, expected one of {_list(_ROLES)}")
    if message.content is None and not message.tool_calls and message.role != "assistant":
        raise invalid(f"{where}: missing field `content`")
    if message.role == "tool" and not message.tool_call_id:
        raise invalid(f"{where}: missing field `tool_call_id`")
    sees = message.role == "user"
    for part in message.parts:
        if part.type not in _PARTS or (part.type != "text" and not sees):
            expected = f"one of {_list(_PARTS)}" if sees else "`text`"
            raise invalid(f"{where}.content: unknown variant `{part.type}`, expected {expected}")
        if part.type == "image_url" and model not in WITH_VISION:
            raise invalid(f"The model {model} does not support image input.")


def _check_prefix(request: ChatRequest, message: Message, *, beta: bool) -> None:
    if not beta:
        raise invalid(f"The prefix parameter is a beta feature, {_BETA}.")
    if message is not request.messages[-1] or message.role != "assistant":
        raise invalid("Only the last message may have prefix, and its role must be assistant.")


def _check_tool_turns(messages: list[Message]) -> None:
    awaited: set[str] = set()
    for message in messages:
        if message.role == "tool":
            if message.tool_call_id not in awaited:
                raise invalid(
                    "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                )
            awaited.discard(message.tool_call_id)
            continue
        _check_answered(awaited)
        awaited = {call.id for call in message.tool_calls or ()}
    _check_answered(awaited)


def _check_answered(awaited: set[str]) -> None:
    if awaited:
        raise invalid(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. (insufficient tool messages following tool_calls message)"
        )


def _check_tools(request: ChatRequest, *, beta: bool) -> None:
    for place, tool in enumerate(request.tools or ()):
        where = f"{_FORMAT}tools[{place}]"
        if tool.type != "function":
            raise invalid(f"{where}.type: unknown variant `{tool.type}`, expected `function`")
        if tool.function is None:
            raise invalid(f"{where}: missing field `function`")
        if not _FUNCTION_NAME.fullmatch(tool.function.name):
            raise invalid(
                f"Invalid '{where[len(_FORMAT) :]}.function.name': it must match [a-zA-Z0-9_-]{{1,64}}."
            )
    if len(request.tools or ()) > 128:
        raise invalid("Invalid tools: at most 128 functions are supported.", 422)
    _check_strict(request.functions, beta=beta)
    _check_tool_choice(request)


def _check_strict(functions: list[Function], *, beta: bool) -> None:
    # On the other bases DeepSeek reads over `strict` without a word.
    if not beta or not any(function.strict for function in functions):
        return
    for function in functions:
        if not function.strict:
            raise invalid("In strict mode every function must have strict set to true.")
        if not _is_closed(function.parameters or {}):
            raise invalid(
                f"Invalid schema of function {function.name}: in strict mode all properties must be required "
                "and additionalProperties must be false."
            )


def _is_closed(schema: Any) -> bool:
    """Return whether every object in this schema requires all it knows and admits nothing else."""
    if isinstance(schema, list):
        return all(map(_is_closed, schema))
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object":
        names = set(schema.get("properties") or ())
        if schema.get("additionalProperties") is not False or set(schema.get("required") or ()) != names:
            return False
    return all(map(_is_closed, schema.values()))


def _check_tool_choice(request: ChatRequest) -> None:
    choice = request.tool_choice
    if choice in (None, "none", "auto"):
        return
    if isinstance(choice, str):
        if choice != "required":
            raise invalid(f"{_FORMAT}tool_choice: unknown variant `{choice}`")
        if not request.functions:
            raise invalid("tool_choice is required, but no tools are given.")
    elif choice.function.name not in {function.name for function in request.functions}:
        raise invalid(f"tool_choice names the function {choice.function.name}, which is not among the tools.")


def _check_reasoning(request: ChatRequest) -> None:
    if not request.tools or not request.thinks:
        return
    for message in request.messages:
        if message.role == "assistant" and not message.prefix and not message.reasoning_content:
            raise invalid("The reasoning_content in the thinking mode must be passed back to the API.")


def _check_parameters(request: ChatRequest) -> None:
    if request.thinking is not None and request.thinking.type not in ("enabled", "disabled"):
        raise invalid(f"{_FORMAT}thinking.type: unknown variant `{request.thinking.type}`")
    if request.response_format is not None and request.response_format.type not in ("text", "json_object"):
        raise invalid("This response_format type is unavailable now")
    if request.wants_json and not any("json" in message.text.lower() for message in request.messages):
        raise invalid(
            "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
        )
    if request.safety_check is not None and request.safety_check.level not in ("low", "high"):
        raise invalid("Invalid safety_check level, it must be low or high.")
    if request.n not in (None, 1):
        raise invalid("Invalid n value (currently only n = 1 is supported)")
    if request.user_id is not None and not _USER_ID.fullmatch(request.user_id):
        raise invalid("Invalid user_id, it must match [a-zA-Z0-9\\-_]+ and have at most 512 characters.", 422)
    if request.top_logprobs is not None and not request.logprobs:
        raise invalid("Invalid request: top_logprobs needs logprobs to be true.", 422)
    if len(request.stops) > 16:
        raise invalid("Invalid stop value, at most 16 stop sequences are supported", 422)
    check_range("max_tokens", request.max_tokens, 1, MAX_OUTPUT_TOKENS)
    check_range("top_logprobs", request.top_logprobs, 0, 20)
    check_range("temperature", request.temperature, 0, 2)
    check_range("top_p", request.top_p, 0, 1)


def check_range(name: str, value: float | None, least: int, most: int) -> None:
    """Raise `DeclinedRequest` for a value out of its bounds."""
    if value is not None and not least <= value <= most:
        raise invalid(f"Invalid {name} value, the valid range of {name} is [{least}, {most}]", 422)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
