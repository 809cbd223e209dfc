"""Which shape the fields beside the messages of a chat request must have."""

from dataclasses import dataclass
from typing import Any

from gateway.wire.invalid_request import InvalidRequest


@dataclass(frozen=True, slots=True)
class _Shape:
    types: frozenset[type]
    words: str
    at_least: int | None = None


_FLAG = _Shape(frozenset({bool}), "true or false")
_COUNT = _Shape(frozenset({int}), "a whole number of at least 1", at_least=1)
_COUNT_OR_NONE = _Shape(frozenset({int}), "a whole number of at least 0", at_least=0)
_NUMBER = _Shape(frozenset({int, float}), "a number")
_TEXT = _Shape(frozenset({str}), "a text")
_OBJECT = _Shape(frozenset({dict}), "an object")
_LIST = _Shape(frozenset({list}), "a list")
_CHOICE = _Shape(frozenset({str, dict}), "a text or an object")
_TEXTS = _Shape(frozenset({str, list}), "a text or a list of texts")

_SHAPES = {
    "stream": _FLAG,
    "stream_options": _OBJECT,
    "max_tokens": _COUNT,
    "max_completion_tokens": _COUNT,
    "n": _COUNT,
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "frequency_penalty": _NUMBER,
    "presence_penalty": _NUMBER,
    "stop": _TEXTS,
    "tools": _LIST,
    "tool_choice": _CHOICE,
    "response_format": _OBJECT,
    "thinking": _OBJECT,
    "reasoning_effort": _TEXT,
    "logprobs": _FLAG,
    "top_logprobs": _COUNT_OR_NONE,
    "user": _TEXT,
    "user_id": _TEXT,
    "safety_identifier": _TEXT,
}


def check_options(fields: dict[str, Any]) -> None:
    """Raise `InvalidRequest` for a known field of a wrong shape; null stands for a field left out."""
    for name, value in fields.items():
        shape = _SHAPES.get(name)
        if shape is not None and value is not None:
            _check_shape(name, value, shape)
    if options := fields.get("stream_options"):
        _check_stream_options(options)
    if stop := fields.get("stop"):
        _check_stop(stop)
    if tools := fields.get("tools"):
        _check_tools(tools)


def _check_shape(name: str, value: object, shape: _Shape) -> None:
    # The exact type: a bool is an int to isinstance, and max_tokens is no truth.
    if type(value) not in shape.types or (shape.at_least is not None and _is_below(value, shape.at_least)):
        raise InvalidRequest(f"`{name}` has to be {shape.words}.", param=name)


def _is_below(value: object, least: int) -> bool:
    return type(value) is int and value < least


def _check_stream_options(options: dict[str, Any]) -> None:
    asked = options.get("include_usage")
    if asked is not None and type(asked) is not bool:
        raise InvalidRequest(
            "`stream_options.include_usage` has to be true or false.", param="stream_options.include_usage"
        )


def _check_stop(stop: str | list[Any]) -> None:
    if type(stop) is str:
        return
    for index, text in enumerate(stop):
        if type(text) is not str:
            raise InvalidRequest("`stop` has to be a text or a list of texts.", param=f"stop[{index}]")


def _check_tools(tools: list[Any]) -> None:
    for index, tool in enumerate(tools):
        if type(tool) is not dict or type(tool.get("type")) is not str:
            raise InvalidRequest(
                'Every tool has to be an object with a `type`, as {"type": "function", "function": {...}}.',
                param=f"tools[{index}]",
            )
        if tool["type"] == "function":
            _check_function(tool.get("function"), f"tools[{index}].function")


def _check_function(function: object, param: str) -> None:
    if type(function) is not dict or type(function.get("name")) is not str:
        raise InvalidRequest("A function tool needs a `function` object with a `name`.", param=param)
