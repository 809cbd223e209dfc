"""Every text of a request is visited."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.texts import Form, HumanText, Unreadable, place_of, texts_of

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
        ({"logit_bias": {"50256": -100}, "stream_options": {"include_usage": True}}, {}),
        ({"reasoning_effort": "high"}, {}),
        ({"reasoning_effort": "张伟"}, {"reasoning_effort": "张伟"}),
        ({"thinking": {"type": "张伟"}}, {"thinking": '{"type":"张伟"}'}),
        ({"logit_bias": {"13812345678": 1}}, {"logit_bias": '{"13812345678":1}'}),
        ({"logit_bias": {"1": 13_812_345_678}}, {"logit_bias": '{"1":13812345678}'}),
        ({"safety_check": ["张伟"]}, {"safety_check[0]": "张伟"}),
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


def test_arguments_in_the_older_form_of_a_call_are_json_too() -> None:
    """
    A number in them that is replaced becomes a string, so that they stay JSON.
    """
    call = {"name": "find", "arguments": '{"phone":13812345678}'}
    body = {"messages": [{"role": "assistant", "content": None, "function_call": call}]}

    found = [(place_of(one.path), one.form) for one in texts_of(body) if isinstance(one, HumanText)]

    assert [
        ("messages[0].function_call.name", Form.PLAIN),
        ("messages[0].function_call.arguments", Form.JSON),
    ] == found


def test_what_nobody_can_read_is_told() -> None:
    """
    Images, sounds and files, with their size where they come along; addresses and names are texts.
    """
    body = {"messages": [{"role": "user", "content": [IMAGE, INLINE, SOUND, FILE]}]}

    unreadable = [(one.medium, one.size) for one in texts_of(body) if isinstance(one, Unreadable)]

    assert [("image", 0), ("image", 26), ("audio", 4), ("file", 4)] == unreadable
    assert {"https://pictures.example/zhang.png", "low", "wav", "zhang.pdf"} == set(visited(body).values())


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {
                "type": "image_url",
                "image_url": {"url": "u", "notes": ["a"], "n": 13_812_345_678},
                "captions": ["b", {"c": "d"}],
                "n": 13_812_345_678,
            },
            {
                "image_url.url": "u",
                "image_url.notes[0]": "a",
                "image_url.n": "13812345678",
                "captions": '["b",{"c":"d"}]',
                "n": "13812345678",
            },
        ),
        ({"type": "image_url", "image_url": "u", "x": "data: 张伟"}, {"image_url": "u", "x": "data: 张伟"}),
        ({"type": "image_url", "image_url": "data:a"}, {"image_url": "data:a"}),
        ({"type": "image_url", "image_url": "data:a/b,张伟"}, {"image_url": "data:a/b,张伟"}),
        ({"type": "张伟", "text": "a"}, {"type": "张伟", "text": "a"}),
        ({"type": "x_note", "text": "a"}, {"text": "a"}),
    ],
)  # fmt: skip
def test_what_stands_beside_a_medium_is_a_text(part: dict[str, Any], expected: dict[str, str]) -> None:
    """
    Lists and numbers too; only an address that holds its bytes is none.
    """
    found = visited({"messages": [{"role": "user", "content": [part]}]})

    assert {f"messages[0].content[0].{place}": text for place, text in expected.items()} == found


@pytest.mark.parametrize(
    ("part", "medium", "size"),
    [
        ({"type": "image", "image": "data:image/png;base64,AAAA"}, "file", 26),
        ({"type": "input_audio", "data": "AAAA"}, "audio", 4),
    ],
)
def test_bytes_where_nobody_expects_them_are_told_and_looked_through(
    part: dict[str, Any], medium: str, size: int
) -> None:
    """
    A profile that lets no images pass lets none pass under another name.
    """
    found = list(texts_of({"messages": [{"role": "user", "content": [part]}]}))

    assert [(medium, size)] == [(one.medium, one.size) for one in found if isinstance(one, Unreadable)]
    assert 1 == len([one for one in found if isinstance(one, HumanText)])


def test_a_call_of_a_kind_that_is_no_word_is_a_text() -> None:
    """
    A kind is a fixed word, or somebody wrote it.
    """
    body = {"messages": [{"role": "assistant", "content": None, "tool_calls": [{**CALL, "type": "张伟"}]}]}

    assert "张伟" == visited(body)["messages[0].tool_calls[0].type"]


def test_a_name_that_no_protocol_has_is_a_text() -> None:
    """
    Of a field beside the messages, in one, in a part, in a call; after the value that stands under it.
    """
    odd = {"138": "a", "张伟": None}
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": "{}", "138": 1},
        "139": 2,
    }
    body = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi", **odd}], **odd},
            {"role": "assistant", "content": None, "tool_calls": [call]},
        ],
        "x_note": "b",
        "Wang Fang": "c",
    }

    found = [(one.path[-1], one.text) for one in texts_of(body) if isinstance(one, HumanText) and one.is_name]

    assert [(name, name) for name in ("138", "张伟", "138", "张伟", "138", "139", "Wang Fang")] == found
    texts = [one.text for one in texts_of(body) if isinstance(one, HumanText)]
    assert texts.index("c") < texts.index("Wang Fang")


@given(
    contents=st.lists(st.text(max_size=4), max_size=5), max_tokens=st.integers() | st.floats(allow_nan=False)
)
def test_what_is_usual_is_read_as_everything_else(contents: list[str], max_tokens: float) -> None:
    """
    A message of a role and a content alone gives the same text as one with a field that is empty.
    """
    usual = [{"role": "user", "content": content} for content in contents]
    general = [{**message, "name": None} for message in usual]
    expected = [
        HumanText(("messages", index, "content"), "user", text) for index, text in enumerate(contents)
    ]

    for messages in (usual, general):
        body = {"model": "m", "messages": messages, "max_tokens": max_tokens, "stream": False}
        assert expected == list(texts_of(body))
        assert [*expected, HumanText(("138",), "system", "138", is_name=True)] == list(
            texts_of({**body, "138": None})
        )


def test_a_place_is_named_without_names_that_somebody_made_up() -> None:
    """
    They may be what was found.
    """
    assert "messages[0].content" == place_of(("messages", 0, "content", "张伟", "x"))
