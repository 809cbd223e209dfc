"""Tools that a model may call, as functions of a chat request."""

from typing import Any

from gateway.wire.places import text_at, wrong

_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_NO_ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}}


def functions_of(tools: object) -> list[dict[str, Any]]:
    """Return these tools as functions, or raise `InvalidRequest`."""
    if type(tools) is not list:
        raise wrong("tools", "has to be a list of tools.")
    return [_function(tool, f"tools[{index}]") for index, tool in enumerate(tools)]


def choice_of(choice: object) -> dict[str, Any]:
    """Return the fields of a chat request that say the same about which tool is called."""
    if type(choice) is not dict:
        raise wrong("tool_choice", 'has to be an object, as {"type": "auto"}.')
    kind = choice.get("type")
    fields: dict[str, Any] = {}
    if kind == "tool":
        fields["tool_choice"] = {
            "type": "function",
            "function": {"name": text_at(choice, "name", "tool_choice")},
        }
    elif type(kind) is str and kind in _CHOICES:
        fields["tool_choice"] = _CHOICES[kind]
    else:
        raise wrong("tool_choice.type", "has to be auto, any, tool or none.")
    if choice.get("disable_parallel_tool_use") is True:
        fields["parallel_tool_calls"] = False
    return fields


def _function(tool: object, place: str) -> dict[str, Any]:
    if type(tool) is not dict:
        raise wrong(place, "has to be an object.")
    if tool.get("type") not in (None, "custom"):
        # What a provider runs by itself, or taught its own models, nobody here can offer.
        raise wrong(f"{place}.type", "is a tool of a provider. Only tools with an `input_schema` are served.")
    schema = tool.get("input_schema", _NO_ARGUMENTS)
    if type(schema) is not dict:
        raise wrong(f"{place}.input_schema", "has to be an object.")
    function: dict[str, Any] = {"name": text_at(tool, "name", place), "parameters": schema}
    if tool.get("description") is not None:
        function["description"] = text_at(tool, "description", place)
    if tool.get("strict") is True:
        function["strict"] = True
    return {"type": "function", "function": function}
