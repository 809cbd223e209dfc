"""
Every text of a chat request that a human may have written, and what nobody can read.

Whatever is not known to be a number, a switch or a fixed word is a text: a
field that this file has never heard of is visited like any other. Structured
values (tools, schemas, metadata) are visited as their JSON text, keys and
numbers included.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from typing import Any, NamedTuple, TypeGuard

import orjson

Path = tuple[str | int, ...]

# Numbers, switches and fixed words, as far as they are some.
_SETTINGS = frozenset(
    {
        "stream", "stream_options", "temperature", "top_p", "top_k", "min_p", "n",
        "max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty",
        "repetition_penalty", "logprobs", "top_logprobs", "logit_bias", "thinking", "reasoning_effort",
        "parallel_tool_calls", "safety_check",
    }
)  # fmt: skip
# What nearly every setting is.
_SWITCHES = frozenset({bool, int, float})
_FIXED = re.compile("[a-z_]{1,32}")
# What a protocol may call a field; any other name is a text.
_FIELD = re.compile("[A-Za-z_]{1,40}")
# What most requests and most messages have, and nothing else.
_FIELDS = _SETTINGS | {"model", "messages", "tools", "tool_choice", "response_format", "stop", "seed", "user"}
_PLAIN = frozenset({"role", "content"})
_USUAL = _PLAIN | {"name", "reasoning_content", "tool_calls", "tool_call_id"}
_TOKEN_ID = re.compile("[0-9]{1,6}")
# What makes a part unreadable, and where its bytes are.
_MEDIA = {
    "image_url": "image", "input_audio": "audio", "audio_url": "audio", "video_url": "video", "file": "file",
}  # fmt: skip
_DATA_URL = re.compile(r"data:[a-zA-Z0-9.+-]{1,64}/[a-zA-Z0-9.+-]{1,64}[;,]")
_BYTES_NAMES = frozenset({"data", "file_data"})
_SHORTEST_NUMBER = 1_000_000
# Names that programs give, and that have to stay the same in two places.
_IDS = frozenset({"id", "tool_call_id"})
_OPAQUE = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_-]{1,64}")


class Form(StrEnum):
    """How a text is written: as it is, or as a JSON text of a value."""

    PLAIN = "plain"
    JSON = "json"


class HumanText(NamedTuple):
    """
    One text of a request.

    `role` is the role of its message, `system` for what surrounds the
    messages; `is_value` says that the text stands for a structured value and
    has to be put back as one, `is_name` that it is the name of a field itself.
    """

    path: Path
    role: str
    text: str
    form: Form = Form.PLAIN
    is_value: bool = False
    is_name: bool = False


class Unreadable(NamedTuple):
    """Something that nobody here can read: an image, a sound, a file."""

    path: Path
    medium: str
    size: int


def texts_of(body: Mapping[str, Any]) -> Iterator[HumanText | Unreadable]:
    """Yield every text of a chat request, and everything unreadable, in the order of the body."""
    for name, value in body.items():
        # `model` was looked up, not written.
        if name == "model" or (name in _SETTINGS and (type(value) in _SWITCHES or _is_setting(value))):
            continue
        if name == "messages":
            yield from _messages(value)
        else:
            yield from _value((name,), "system", value)
    if not body.keys() <= _FIELDS:
        yield from _names((), "system", body)


def place_of(path: Path) -> str:
    """Name a place as error messages do, as far as nobody's own words stand in it: `messages[0].content`."""
    known = takewhile(lambda step: type(step) is int or _FIELD.fullmatch(str(step)), path)
    return "".join(f"[{step}]" if type(step) is int else f".{step}" for step in known).removeprefix(".")


def _messages(messages: list[dict[str, Any]]) -> Iterator[HumanText | Unreadable]:
    for index, message in enumerate(messages):
        if message.keys() == _PLAIN and type(message["content"]) is str:
            yield HumanText(("messages", index, "content"), message["role"], message["content"])
            continue
        yield from _message(("messages", index), message)
        if not message.keys() <= _USUAL:
            yield from _names(("messages", index), message["role"], message)


def _message(path: Path, message: dict[str, Any]) -> Iterator[HumanText | Unreadable]:
    role = message["role"]
    for name, value in message.items():
        if name == "role" or value is None:
            continue
        if type(value) is str:
            if not _is_opaque(name, value):
                yield HumanText((*path, name), role, value)
        elif name == "content" and type(value) is list:
            for index, part in enumerate(value):
                yield from _part((*path, name, index), role, part)
        elif name == "tool_calls" and type(value) is list:
            for index, call in enumerate(value):
                yield from _call((*path, name, index), role, call)
        elif name == "function_call" and type(value) is dict:
            yield from _function((*path, name), role, value)
        else:
            yield from _value((*path, name), role, value)


def _part(path: Path, role: str, part: dict[str, Any]) -> Iterator[HumanText | Unreadable]:
    kind = part["type"]
    for name, value in part.items():
        if name == "type" and _is_fixed(value):
            continue
        if name in _MEDIA:
            yield from _medium((*path, name), role, value, _MEDIA[name])
            continue
        if _is_bytes(value) or (kind in _MEDIA and name in _BYTES_NAMES and type(value) is str):
            # Nobody expects it there: it counts as unreadable, and is looked through as well.
            yield Unreadable((*path, name), _MEDIA.get(kind, "file"), len(value))
        yield from _value((*path, name), role, value)
    yield from _names(path, role, part)


def _medium(path: Path, role: str, value: object, medium: str) -> Iterator[HumanText | Unreadable]:
    """An address or a name is a text, even where what lies there is none; the rest is bytes."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _medium((*path, name), role, inner, medium)
        yield from _names(path, role, value)
    elif type(value) is str:
        is_bytes = path[-1] in _BYTES_NAMES or _is_bytes(value)
        if is_bytes or path[-1] in ("url", "file_id", *_MEDIA):
            yield Unreadable(path, medium, len(value) if is_bytes else 0)
        if not is_bytes:
            yield HumanText(path, role, value)
    else:
        yield from _value(path, role, value)


def _call(path: Path, role: str, call: dict[str, Any]) -> Iterator[HumanText | Unreadable]:
    for name, value in call.items():
        if name == "function" and type(value) is dict:
            yield from _function((*path, name), role, value)
        elif not (name == "type" and _is_fixed(value)) and not _is_opaque(name, value):
            yield from _value((*path, name), role, value)
    yield from _names(path, role, call)


def _function(path: Path, role: str, function: dict[str, Any]) -> Iterator[HumanText]:
    for name, value in function.items():
        if name == "arguments" and type(value) is str:
            yield HumanText((*path, name), role, value, Form.JSON)
        else:
            yield from _value((*path, name), role, value)
    yield from _names(path, role, function)


def _names(path: Path, role: str, holder: Mapping[str, Any]) -> Iterator[HumanText]:
    """Yield names of fields that no protocol has; after their values, which are put back under them."""
    for name in holder:
        if not _FIELD.fullmatch(name):
            yield HumanText((*path, name), role, name, is_name=True)


def _is_opaque(name: str, value: object) -> bool:
    return name in _IDS and type(value) is str and _OPAQUE.fullmatch(value) is not None


def _is_bytes(value: object) -> TypeGuard[str]:
    return type(value) is str and value.isascii() and _DATA_URL.match(value) is not None


def _is_fixed(value: object) -> bool:
    return type(value) is str and _FIXED.fullmatch(value) is not None


def _is_setting(value: object) -> bool:
    """Whether this is a number or a switch, a fixed word, or an object of such as a setting may be."""
    if isinstance(value, dict):
        return all(_is_name(name) and _is_plain_setting(inner) for name, inner in value.items())
    return isinstance(value, int | float) or _is_plain_setting(value)


def _is_name(name: str) -> bool:
    return _is_fixed(name) or _TOKEN_ID.fullmatch(name) is not None


def _is_plain_setting(value: object) -> bool:
    return (
        value is None or _is_fixed(value) or (isinstance(value, int | float) and not _is_long_number(value))
    )


def _is_long_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= _SHORTEST_NUMBER


def _value(path: Path, role: str, value: object) -> Iterator[HumanText]:
    if type(value) is str:
        yield HumanText(path, role, value)
    elif type(value) is list and all(type(item) is str for item in value):
        for index, item in enumerate(value):
            yield HumanText((*path, index), role, item)
    elif isinstance(value, dict | list) or _is_long_number(value):
        yield HumanText(path, role, orjson.dumps(value).decode(), Form.JSON, is_value=True)
