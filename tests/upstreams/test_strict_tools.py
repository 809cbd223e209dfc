from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.strict_tools import are_held
from tests.fakes.chats import a_request

_WORDS = st.sampled_from(["format", "properties", "$defs", "enum", "minLength", "items", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
)


def held(*schemas: Any, strict: bool = True) -> bool:
    tools = [
        {"type": "function", "function": {"name": "f", "strict": strict, "parameters": schema}}
        for schema in schemas
    ]
    return are_held(a_request(tools=tools))


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        an_object(city={"type": "string", "pattern": "^x$", "description": "minLength"}),
        an_object(mail={"type": "string", "format": "email"}, age={"type": "integer", "minimum": 1}),
        an_object(minLength={"type": "integer"}, format={"type": "string"}),
        an_object(unit={"enum": [{"minItems": 1}], "default": {"format": "date"}}),
        {"$ref": "#/$defs/a", "$defs": {"minItems": {"type": "array", "items": {"type": "number"}}}},
    ],
)
def test_what_deepseek_knows_is_held(schema: object) -> None:
    """
    Words count where they are a schema's own, not as names of properties or as data.
    """
    assert held(schema)


@pytest.mark.parametrize(
    "schema",
    [
        an_object(name={"type": "string", "minLength": 1}),
        an_object(when={"type": "string", "format": "date-time"}),
        an_object(tags={"anyOf": [{"type": "array", "maxItems": 5}, {"type": "null"}]}),
        {"$ref": "#/$defs/a", "$defs": {"a": an_object(b={"items": {"maxLength": 2}})}},
    ],
)
def test_what_it_refuses_is_not(schema: object) -> None:
    """
    At any depth, and for all functions because of one.
    """
    assert [False, False] == [held(schema), held(an_object(), schema)]


def test_tools_that_are_not_strict_are_not_held() -> None:
    """
    Nor is a request without functions.
    """
    assert [False, False] == [held(an_object(), strict=False), held()]


@given(schema=_JSON)
def test_any_json_is_judged(schema: object) -> None:
    """
    A schema is the caller's own, and may make no sense.
    """
    assert held(schema) in (True, False)
