"""Facts about calls of tools."""

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.request import ChatRequest
from gateway.simulator.tool_calls import choose_calls, example, fragment
from tests.simulator.raw_caller import a_body, a_tool

_TOOLS = [a_tool("get_weather"), a_tool("get_time")]


def _request(**fields: Any) -> ChatRequest:
    return msgspec.convert(a_body(**fields), ChatRequest)


@pytest.mark.parametrize(
    ("text", "choice", "expected"),
    [
        ("hello", None, []),
        ("hello", "auto", []),
        ("please GET_WEATHER", None, ["get_weather"]),
        ("get_time and get_weather", "auto", ["get_weather", "get_time"]),
        ("get_time", "none", []),
        ("hello", "required", ["get_weather"]),
        ("use get_time", "required", ["get_time"]),
        ("hello", {"type": "function", "function": {"name": "get_time"}}, ["get_time"]),
    ],
)
def test_tools_are_called_when_demanded_or_named(text: str, choice: object, expected: list[str]) -> None:
    """
    A demand counts first, then the names of functions in the user's text.
    """
    request = _request(text=text, tools=_TOOLS, **({"tool_choice": choice} if choice else {}))

    assert expected == [call.name for call in choose_calls(request, text, BEHAVED)]


def test_a_result_ends_the_loop() -> None:
    """
    After the result of a tool no further call is made, even if one is demanded.
    """
    called = {"id": "c", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "get_time"},
        {"role": "assistant", "tool_calls": [called]},
        {"role": "tool", "tool_call_id": "c", "content": "noon"},
    ]

    assert () == choose_calls(
        _request(messages=messages, tools=_TOOLS, tool_choice="required"), "get_time", BEHAVED
    )


def test_a_script_can_call_a_tool() -> None:
    """
    The scripted tool is called whatever the text says; one that was not offered is not.
    """
    request = _request(tools=_TOOLS)

    assert ["get_time"] == [call.name for call in choose_calls(request, "x", Misbehaviour(tool="get_time"))]
    assert () == choose_calls(request, "x", Misbehaviour(tool="unknown"))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "said"),
        ({"type": "string", "format": "email"}, "someone@example.com"),
        ({"type": "string", "enum": ["celsius", "kelvin"]}, "celsius"),
        ({"const": 7}, 7),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number"}, 1),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["string", "null"]}, "said"),
        ({"type": "array", "items": {"type": "string"}}, ["said"]),
        ({"anyOf": [{"type": "boolean"}, {"type": "string"}]}, True),
        ({"properties": {"a": {"default": "d"}}}, {"a": "d"}),
        ({"$ref": "#/nowhere"}, None),
        ({"$ref": "#"}, None),
    ],
)
def test_arguments_fit_their_schema(schema: dict[str, Any], expected: object) -> None:
    """
    Every kind of schema gets a value it admits; free strings say what the user said.
    """
    assert expected == example(schema, "said", schema)


def test_a_local_reference_is_followed_and_a_circle_ends() -> None:
    """
    Definitions are looked up; a schema that contains itself gets a value of bounded depth.
    """
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$def/node"}}}
    root = {"$ref": "#/$def/node", "$def": {"node": node}}

    value = example(root, "said", root)

    assert "said" == value["next"]["next"]["name"]
    assert len(orjson.dumps(value)) < 1_000


@given(st.text(), st.one_of(st.none(), st.integers(-1, 7)))
def test_fragments_join_to_the_arguments(arguments: str, size: int | None) -> None:
    """
    Whatever the arguments are, their fragments are these arguments, none of them empty.
    """
    pieces = fragment(arguments, size)

    assert arguments == "".join(pieces)
    assert "" not in pieces


@given(st.text())
def test_the_arguments_of_a_call_are_json(text: str) -> None:
    """
    The arguments parse, and the string property is exactly what the user said.
    """
    request = _request(tools=[a_tool()], tool_choice="required")

    (call,) = choose_calls(request, text, BEHAVED)

    assert {"city": text} == orjson.loads(call.arguments)
