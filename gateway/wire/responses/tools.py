"""Tools that a model may call, as functions of a chat request."""

from typing import Any

from gateway.wire.places import object_at, printable, text_at, wrong
from gateway.wire.responses.namespaces import joined

Function = dict[str, Any]

_MODES = frozenset({"auto", "required", "none"})
_NO_ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}}


def functions_of(tools: object) -> list[Function]:
    """Return these tools as functions, or raise `InvalidRequest`."""
    if type(tools) is not list:
        raise wrong("tools", "has to be a list of tools.")
    found = []
    for index, tool in enumerate(tools):
        place = f"tools[{index}]"
        is_space = type(tool) is dict and tool.get("type") == "namespace"
        found += _functions_in(tool, place) if is_space else [_function(tool, place)]
    return found


def _functions_in(space: dict[str, Any], place: str) -> list[Function]:
    """Return the functions of a namespace."""
    namespace, tools = text_at(space, "name", place), space.get("tools")
    if type(tools) is not list:
        raise wrong(f"{place}.tools", "has to be a list of tools.")
    return [_function(tool, f"{place}.tools[{index}]", namespace) for index, tool in enumerate(tools)]


def choice_of(choice: object, functions: list[Function]) -> dict[str, Any]:
    """Return the fields of a chat request that say the same about which of the functions is called."""
    if type(choice) is str:
        if choice not in _MODES:
            raise wrong("tool_choice", "has to be auto, required or none, or name a function.")
        return {"tool_choice": choice}
    if type(choice) is not dict:
        raise wrong("tool_choice", 'has to be a text or an object, as {"type": "function", "name": "..."}.')
    match choice.get("type"):
        case "function":
            name = joined(text_at(choice, "name", "tool_choice"), choice.get("namespace"))
            return {"tool_choice": {"type": "function", "function": {"name": name}}}
        case "allowed_tools":
            return _allowed(choice, functions)
        case _:
            raise wrong("tool_choice.type", "names a tool of a provider. Only functions are served.")


def _allowed(choice: dict[str, Any], functions: list[Function]) -> dict[str, Any]:
    """Return the functions that are allowed, and how: a model calls no other if it knows no other."""
    mode, tools = choice.get("mode", "auto"), choice.get("tools")
    if type(mode) is not str or mode not in _MODES:
        raise wrong("tool_choice.mode", "has to be auto or required.")
    if type(tools) is not list:
        raise wrong("tool_choice.tools", "has to be a list of tools.")
    known = {function["function"]["name"]: function for function in functions}
    allowed = []
    for index, tool in enumerate(tools):
        name = tool.get("name") if type(tool) is dict else None
        full = joined(name, tool.get("namespace")) if type(name) is str else None
        if full not in known:
            raise wrong(f"tool_choice.tools[{index}]", "is none of the functions in `tools`.")
        allowed.append(known[full])
    return {"tools": allowed, "tool_choice": mode}


def _function(tool: object, place: str, namespace: str | None = None) -> Function:
    if type(tool) is not dict:
        raise wrong(place, "has to be an object.")
    kind = tool.get("type")
    if type(kind) is not str:
        raise wrong(f"{place}.type", "is missing. Only tools of the type function are served.")
    if kind != "function":
        # What a provider runs by itself, or taught its own models, nobody here can offer.
        raise wrong(
            f"{place}.type", f"is not served here: {printable(kind)}. Leave it out, or offer a function."
        )
    schema = _NO_ARGUMENTS if tool.get("parameters") is None else object_at(tool, "parameters", place)
    name = joined(text_at(tool, "name", place), namespace)
    function: dict[str, Any] = {"name": name, "parameters": schema}
    if tool.get("description") is not None:
        function["description"] = text_at(tool, "description", place)
    if tool.get("strict") is True:
        function["strict"] = True
    return {"type": "function", "function": function}
