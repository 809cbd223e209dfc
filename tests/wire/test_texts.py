"""Every text of a request is visited, and may be put back changed."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.texts import Form, HumanText, Unreadable, place_of, texts_of, with_texts

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"name": "张伟"}'}}
IMAGE = {"type": "image_url", "image_url": {"url": "https://pictures.example/zhang.png", "detail": "low"}}
INLINE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SOUND = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
FILE = {"type": "file", "file": {"file_data": "AAAA", "filename": "zhang.pdf"}}


def a_body(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "hi"}], **fields}


def visited(body: dict[str, Any]) -> dict[str, str]:
    return {place_of(one.path): one.text for one in texts_of(body) if isinstance(one, HumanText)}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "user", "content": "a", "name": "b"}, {"content": "a", "name": "b"}),
        ({"role": "assistant", "content": None, "reasoning_content": "a"}, {"reasoning_content": "a"}),
        ({"role": "tool", "content": "a", "tool_call_id": "call_1"}, {"content": "a"}),
        ({"role": "tool", "content": "a", "tool_call_id": "138"}, {"content": "a", "tool_call_id": "138"}),
        ({"role": "user", "content": [{"type": "text", "text": "a"}]}, {"content[0].text": "a"}),
        (
            {"role": "user", "content": "a", "x_notes": ["b", {"c": 1}]},
            {"content": "a", "x_notes": '["b",{"c":1}]'},
        ),
        (
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {
                "tool_calls[0].function.name": "find",
                "tool_calls[0].function.arguments": '{"name": "张伟"}',
            },
        ),
    ],
)
def test_every_text_of_a_message_is_visited(message: dict[str, Any], expected: dict[str, str]) -> None:
    """
    Whatever the field, known or not.
    """
    found = visited({"messages": [message]})

    assert {f"messages[0].{place}": text for place, text in expected.items()} == found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"prompt": "a", "suffix": "b"}, {"prompt": "a", "suffix": "b"}),
        ({"stop": "a"}, {"stop": "a"}),
        ({"stop": ["a", "b"]}, {"stop[0]": "a", "stop[1]": "b"}),
        ({"metadata": {"who": "a"}}, {"metadata": '{"who":"a"}'}),
        ({"tools": [{"type": "function", "function": {"name": "a"}}]},
         {"tools": '[{"type":"function","function":{"name":"a"}}]'}),
        ({"seed": 13_812_345_678, "top_k": 13_812_345_678, "x": 7}, {"seed": "13812345678"}),
        ({"temperature": 0.2, "stream": True, "thinking": {"type": "enabled"}, "n": None}, {}),
    ],
)  # fmt: skip
def test_what_surrounds_the_messages_is_visited_too(fields: dict[str, Any], expected: dict[str, str]) -> None:
    """
    But no numbers that are settings, no switches, no fixed words.
    """
    assert {"messages[0].content": "hi", **expected} == visited(a_body(**fields))


def test_arguments_are_json_and_belong_to_their_role() -> None:
    """
    They stay a text in the request; a structured value is put back as one.
    """
    body = a_body(metadata={"a": 1})
    body["messages"].append({"role": "assistant", "content": None, "tool_calls": [CALL]})

    found = {place_of(one.path): one for one in texts_of(body) if isinstance(one, HumanText)}

    arguments, metadata = found["messages[1].tool_calls[0].function.arguments"], found["metadata"]
    assert (Form.JSON, False, "assistant") == (arguments.form, arguments.is_value, arguments.role)
    assert (Form.JSON, True, "system") == (metadata.form, metadata.is_value, metadata.role)


def test_what_nobody_can_read_is_told() -> None:
    """
    Images, sounds and files, with their size where they come along; addresses and names are texts.
    """
    body = {"messages": [{"role": "user", "content": [IMAGE, INLINE, SOUND, FILE]}]}

    unreadable = [(one.medium, one.size) for one in texts_of(body) if isinstance(one, Unreadable)]

    assert [("image", 0), ("image", 26), ("audio", 4), ("file", 4)] == unreadable
    assert {"https://pictures.example/zhang.png", "low", "wav", "zhang.pdf"} == set(visited(body).values())


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system"]), "content": st.text(max_size=5)},
        optional={"name": st.text(max_size=3), "x": _VALUES, "tool_calls": st.just([CALL])},
    ),
    min_size=1,
    max_size=3,
)


@given(st.fixed_dictionaries({"messages": _MESSAGES}, optional={"a": _VALUES, "stop": _VALUES}))
def test_putting_the_same_texts_back_changes_nothing(body: dict[str, Any]) -> None:
    """
    And the old body is left as it was, whatever is put in the new one.
    """
    before = orjson.dumps(body)
    texts = [one for one in texts_of(body) if isinstance(one, HumanText)]

    same = with_texts(body, [(text, text.text) for text in texts])
    other = with_texts(body, [(text, text.text if text.is_value else "other") for text in texts])

    assert before == orjson.dumps(same) == orjson.dumps(body)
    assert list(body) == list(other)
    plain = [one.text for one in texts_of(other) if isinstance(one, HumanText) and not one.is_value]
    assert {"other"} >= set(plain)


def test_what_does_not_change_is_shared() -> None:
    """
    Only the way to a changed text is copied.
    """
    body = a_body(metadata={"a": "b"})
    body["messages"].append({"role": "user", "content": "change me"})
    (text,) = [one for one in texts_of(body) if isinstance(one, HumanText) and one.text == "change me"]

    changed = with_texts(body, [(text, "changed")])

    assert "changed" == changed["messages"][1]["content"]
    assert body["messages"][0] is changed["messages"][0]
    assert body["metadata"] is changed["metadata"]
