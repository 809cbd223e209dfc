"""Tools as functions."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.messages.tools import choice_of, functions_of

_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.mark.parametrize(
    ("tool", "function"),
    [
        (
            {"name": "find", "description": "Finds.", "input_schema": _SCHEMA, "cache_control": {}},
            {"name": "find", "description": "Finds.", "parameters": _SCHEMA},
        ),
        (
            {"type": "custom", "name": "find", "input_schema": _SCHEMA, "strict": True},
            {"name": "find", "parameters": _SCHEMA, "strict": True},
        ),
        ({"name": "stop"}, {"name": "stop", "parameters": {"type": "object", "properties": {}}}),
    ],
)
def test_a_tool_is_a_function(tool: dict[str, Any], function: dict[str, Any]) -> None:
    """
    Its schema is what the function takes.
    """
    assert [{"type": "function", "function": function}] == functions_of([tool])


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        (
            {"type": "tool", "name": "find", "disable_parallel_tool_use": True},
            {"tool_choice": {"type": "function", "function": {"name": "find"}}, "parallel_tool_calls": False},
        ),
    ],
)
def test_which_tool_is_called(choice: dict[str, Any], fields: dict[str, Any]) -> None:
    """
    The four ways to say it.
    """
    assert fields == choice_of(choice)


@pytest.mark.parametrize(
    ("tools", "place"),
    [
        ("x", "tools"),
        (["x"], "tools[0]"),
        ([{"name": 5}], "tools[0].name"),
        ([{"name": "a", "input_schema": []}], "tools[0].input_schema"),
        ([{"name": "a", "description": 5}], "tools[0].description"),
        ([{"name": "a"}, {"type": "web_search_20250305", "name": "web_search"}], "tools[1].type"),
    ],
)
def test_a_tool_that_cannot_be_offered_is_refused(tools: object, place: str) -> None:
    """
    Above all one that only its provider can run.
    """
    with pytest.raises(InvalidRequest) as caught:
        functions_of(tools)

    assert place == caught.value.param


@pytest.mark.parametrize(
    "choice", ["auto", None, {}, {"type": "sometimes"}, {"type": ["auto"]}, {"type": "tool"}]
)
def test_another_choice_is_refused(choice: object) -> None:
    """
    Under its name.
    """
    with pytest.raises(InvalidRequest, match="tool_choice"):
        choice_of(choice)
