"""Calls of tools: which, with what arguments, in what fragments."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.request import ChatRequest, Function, NamedTool

_FRAGMENTS = re.compile(r"\w{1,8}|[^\w]{1,3}", re.DOTALL)
_DEPTH = 8
_FORMATS = {
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date": "2026-11-20",
    "date-time": "2026-11-20T12:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function, its arguments a JSON text in fragments."""

    name: str
    fragments: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments in one piece."""
        return "".join(self.fragments)


def choose_calls(request: ChatRequest, text: str, behaviour: Misbehaviour) -> tuple[Call, ...]:
    """
    Return the calls this request gets, if any.

    Those it demands, else those whose names stand in the user's text. After
    the result of a tool comes a text, so that a loop of calls ends.
    """
    wanted = _wanted(request, text, behaviour)
    return tuple(Call(it.name, fragment(_arguments(it, text), behaviour.delta_size)) for it in wanted)


def _wanted(request: ChatRequest, text: str, behaviour: Misbehaviour) -> list[Function]:
    functions, choice = request.functions, request.tool_choice
    if behaviour.tool is not None:
        return [function for function in functions if function.name == behaviour.tool]
    if not functions or choice == "none" or request.messages[-1].role == "tool":
        return []
    if isinstance(choice, NamedTool):
        return [function for function in functions if function.name == choice.function.name]
    named = [function for function in functions if function.name.lower() in text.lower()]
    return named or (functions[:1] if choice == "required" else [])


def _arguments(function: Function, text: str) -> str:
    schema = function.parameters or {}
    value = example(schema, text, schema)
    return orjson.dumps(value if isinstance(value, dict) else {}).decode()


def fragment(arguments: str, size: int | None = None) -> tuple[str, ...]:
    """Cut arguments into the fragments in which they are streamed."""
    if size is not None:
        return tuple(
            arguments[start : start + max(size, 1)] for start in range(0, len(arguments), max(size, 1))
        )
    return tuple(_FRAGMENTS.findall(arguments))


def example(schema: Any, text: str, root: dict[str, Any], depth: int = 0) -> Any:
    """Build a value that a JSON Schema admits; free strings are the given text."""
    schema = _resolve(schema, root)
    if not isinstance(schema, dict) or depth > _DEPTH:
        return None
    for fixed in ("const", "default"):
        if fixed in schema:
            return schema[fixed]
    for choices in ("anyOf", "oneOf", "allOf"):
        if schema.get(choices):
            return example(schema[choices][0], text, root, depth + 1)
    match _kind(schema):
        case "object":
            properties = schema.get("properties") or {}
            return {name: example(inner, text, root, depth + 1) for name, inner in properties.items()}
        case "array":
            return [example(schema.get("items") or {"type": "string"}, text, root, depth + 1)]
        case kind:
            return _scalar(kind, schema, text)


def _scalar(kind: Any, schema: dict[str, Any], text: str) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    if kind in ("number", "integer"):
        return schema.get("minimum", 1)
    if kind in ("boolean", "null"):
        return True if kind == "boolean" else None
    return _FORMATS.get(schema.get("format") or "", text)


def _kind(schema: dict[str, Any]) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    return kind[0] if isinstance(kind, list) and kind else kind


def _resolve(schema: Any, root: dict[str, Any]) -> Any:
    """Follow a local reference; one that leads nowhere or in a circle resolves to nothing."""
    for _ in range(_DEPTH):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str):
            return schema
        schema = root
        for step in reference.removeprefix("#").strip("/").split("/"):
            schema = schema.get(step) if isinstance(schema, dict) else None
    return None
