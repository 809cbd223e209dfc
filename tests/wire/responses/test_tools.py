"""Tools, as functions of a chat request."""

from typing import Any

import pytest

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.tools import choice_of, functions_of


def a_function(name: str = "f") -> dict[str, Any]:
    """A function of chat."""
    return {
        "type": "function",
        "function": {"name": name, "parameters": {"type": "object", "properties": {}}},
    }


def test_a_function_is_a_function_of_chat() -> None:
    """
    With all that a model reads of it.
    """
    tool = {"type": "function", "name": "f", "description": "D", "parameters": {"a": 1}, "strict": True}

    assert [
        {
            "type": "function",
            "function": {"name": "f", "parameters": {"a": 1}, "description": "D", "strict": True},
        }
    ] == functions_of([tool])


def test_a_function_may_take_nothing_and_be_lenient() -> None:
    """
    Null is as good as left out.
    """
    tool = {"type": "function", "name": "f", "description": None, "parameters": None, "strict": None}

    assert [a_function()] == functions_of([tool])


def test_functions_of_a_namespace_are_functions_of_chat() -> None:
    """
    Each under one name, of both.
    """
    tool = {"type": "function", "name": "f"}

    assert [a_function(), a_function("n__f")] == functions_of(
        [tool, {"type": "namespace", "name": "n", "description": "N", "tools": [tool]}]
    )


@pytest.mark.parametrize(
    ("tools", "place"),
    [
        ({}, "tools"),
        (["x"], "tools[0]"),
        ([{"name": "f"}], "tools[0].type"),
        ([{"type": "web_search"}], "tools[0].type"),
        ([{"type": "custom", "name": "f"}], "tools[0].type"),
        ([{"type": "mcp", "server_label": "x"}], "tools[0].type"),
        ([{"type": "function"}], "tools[0].name"),
        ([{"type": "namespace", "tools": []}], "tools[0].name"),
        ([{"type": "namespace", "name": "n"}], "tools[0].tools"),
        ([{"type": "namespace", "name": "n", "tools": [{"type": "custom"}]}], "tools[0].tools[0].type"),
        ([{"type": "function", "name": "f", "parameters": "x"}], "tools[0].parameters"),
        ([{"type": "function", "name": "f", "description": 5}], "tools[0].description"),
    ],
)
def test_another_tool_is_refused_by_its_place(tools: object, place: str) -> None:
    """
    Nobody here could run it.
    """
    with pytest.raises(InvalidRequest) as caught:
        functions_of(tools)

    assert place == caught.value.param


@pytest.mark.parametrize(
    ("choice", "fields"),
    [
        ("auto", {"tool_choice": "auto"}),
        ("none", {"tool_choice": "none"}),
        ("required", {"tool_choice": "required"}),
        (
            {"type": "function", "name": "f"},
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        ),
        (
            {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "g"}]},
            {"tool_choice": "required", "tools": [a_function("g")]},
        ),
        (
            {"type": "function", "name": "f", "namespace": "n"},
            {"tool_choice": {"type": "function", "function": {"name": "n__f"}}},
        ),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"name": "f", "namespace": "n"}]},
            {"tool_choice": "auto", "tools": [a_function("n__f")]},
        ),
    ],
)
def test_a_choice_is_the_same_choice(choice: object, fields: dict[str, Any]) -> None:
    """
    Tools that are not allowed are not shown.
    """
    assert fields == choice_of(choice, [a_function(), a_function("g"), a_function("n__f")])


@pytest.mark.parametrize(
    ("choice", "place"),
    [
        (5, "tool_choice"),
        ("any", "tool_choice"),
        ({"type": "function"}, "tool_choice.name"),
        ({"type": "web_search"}, "tool_choice.type"),
        ({"type": "allowed_tools", "mode": "x", "tools": []}, "tool_choice.mode"),
        ({"type": "allowed_tools", "mode": "auto"}, "tool_choice.tools"),
        ({"type": "allowed_tools", "mode": "auto", "tools": ["x"]}, "tool_choice.tools[0]"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"name": "h"}]}, "tool_choice.tools[0]"),
    ],
)
def test_an_impossible_choice_is_refused(choice: object, place: str) -> None:
    """
    By its place.
    """
    with pytest.raises(InvalidRequest) as caught:
        choice_of(choice, [a_function()])

    assert place == caught.value.param
