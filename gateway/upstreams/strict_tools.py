"""Which tools hosted DeepSeek can hold to their schemas (https://api-docs.deepseek.com/guides/tool_calls)."""

from typing import Any

from gateway.wire.chat import ChatRequest

# What JSON Schema has, OpenAI's strict mode takes in part, and DeepSeek's refuses.
_BEYOND = frozenset({"minLength", "maxLength", "minItems", "maxItems"})
_FORMATS = frozenset({"email", "hostname", "ipv4", "ipv6", "uuid"})
# Here names stand for what they name, not for words of the schema.
_NAMING = frozenset({"properties", "$defs", "$def", "definitions"})
# And here values are data.
_DATA = frozenset({"enum", "const", "default", "examples", "required"})


def are_held(request: ChatRequest) -> bool:
    """
    Return whether every function is strict, and of a schema that can be held.

    The beta base refuses a strict function beside one that is not, and words
    of a schema that it does not know; elsewhere `strict` is read over.
    """
    tools = request.body.get("tools") or ()
    functions = [function for tool in tools if isinstance(function := tool.get("function"), dict)]
    return bool(functions) and all(
        function.get("strict") is True and not _is_beyond(function.get("parameters"))
        for function in functions
    )


def _is_beyond(schema: Any) -> bool:
    if isinstance(schema, list):
        return any(map(_is_beyond, schema))
    if not isinstance(schema, dict):
        return False
    form = schema.get("format")
    if not _BEYOND.isdisjoint(schema) or (isinstance(form, str) and form not in _FORMATS):
        return True
    return any(_is_beyond_at(name, inner) for name, inner in schema.items() if name not in _DATA)


def _is_beyond_at(name: str, inner: Any) -> bool:
    if name in _NAMING and isinstance(inner, dict):
        return any(map(_is_beyond, inner.values()))
    return _is_beyond(inner)
