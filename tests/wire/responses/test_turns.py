"""The items of a conversation, as chat messages."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.responses.carried import carry
from gateway.wire.responses.turns import turns_of

Item = dict[str, Any]


def a_call(number: int) -> Item:
    """A call of a function, as an item."""
    return {"type": "function_call", "call_id": f"c{number}", "name": "f", "arguments": "{}"}


def an_output(number: int, output: Any = "Rain.") -> Item:
    """What came of it."""
    return {"type": "function_call_output", "call_id": f"c{number}", "output": output}


def a_thought(text: str = "Hm.") -> Item:
    """What was thought, as the gateway tells it."""
    return {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": text}],
    }


def said(text: str = "Well.") -> Item:
    """What the assistant said, as the gateway tells it."""
    return {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }


def called(number: int) -> dict[str, Any]:
    """The same call in a message of chat."""
    return {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_a_text_is_the_users() -> None:
    """
    The shortest request there is.
    """
    assert [{"role": "user", "content": "Hi"}] == turns_of("Hi")


def test_roles_and_texts_stay() -> None:
    """
    With or without the type of an item, as texts or as parts.
    """
    items = [
        {"role": "developer", "content": "D"},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "S"}]},
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}],
        },
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": "B"},
    ]

    assert [
        {"role": "developer", "content": "D"},
        {"role": "system", "content": "S"},
        {"role": "user", "content": "a\nb"},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": "B"},
    ] == turns_of(items)


def test_one_turn_of_the_assistant_is_one_message() -> None:
    """
    Thoughts, text and all calls; their results follow it.
    """
    items = [
        {"role": "user", "content": "Hi"},
        a_thought(), said(), a_call(1), a_call(2),
        an_output(1), an_output(2, [{"type": "input_text", "text": "x"}]), a_thought("So."), said("Done."),
    ]  # fmt: skip

    assert [
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": "Well.",
            "reasoning_content": "Hm.",
            "tool_calls": [called(1), called(2)],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "Rain."},
        {"role": "tool", "tool_call_id": "c2", "content": "x"},
        {"role": "assistant", "content": "Done.", "reasoning_content": "So."},
    ] == turns_of(items)


def test_a_call_in_a_namespace_has_one_name() -> None:
    """
    That under which the model knows the function.
    """
    (turn,) = turns_of([{**a_call(1), "namespace": "n"}])

    assert "n__f" == turn["tool_calls"][0]["function"]["name"]


def test_calls_alone_have_no_content() -> None:
    """
    As servers expect it.
    """
    assert [{"role": "assistant", "content": None, "tool_calls": [called(1)]}] == turns_of([a_call(1)])


@pytest.mark.parametrize(
    ("item", "thought"),
    [
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "S"}]}, "S"),
        ({"type": "reasoning", "summary": [{"text": "S"}], "content": [{"text": "no type"}]}, None),
        (a_thought("C") | {"summary": [{"type": "summary_text", "text": "S"}]}, "C"),
        ({"type": "reasoning", "summary": [], "content": None, "encrypted_content": "x"}, ""),
        (
            {
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": "S"}],
                "encrypted_content": carry("E"),
            },
            "E",
        ),
    ],
)
def test_thoughts_come_back_in_the_words_there_are(item: Item, thought: str | None) -> None:
    """
    Else in their summary; what another provider locked is left out.
    """
    if thought is None:
        with pytest.raises(InvalidRequest):
            turns_of([item, said()])
        return

    assert thought == turns_of([item, said()])[0].get("reasoning_content", "")


def test_a_thought_that_led_to_nothing_is_left_out() -> None:
    """
    A turn that was broken off, for one.
    """
    assert [{"role": "user", "content": "Hi"}] == turns_of([a_thought(), {"role": "user", "content": "Hi"}])


def test_pictures_that_tools_gave_are_shown_after_all_results() -> None:
    """
    A message of a tool is a text, and no other may stand between results.
    """
    picture = {"type": "input_image", "image_url": "data:image/png;base64,aGk="}
    items = [a_call(1), a_call(2), an_output(1, [picture]), an_output(2), a_call(3)]

    turns = turns_of(items)

    assert ["assistant", "tool", "tool", "user", "assistant"] == [turn["role"] for turn in turns]
    assert "" == turns[1]["content"]
    assert "image_url" == turns[3]["content"][0]["type"]


@pytest.mark.parametrize(
    ("items", "place"),
    [
        (None, "input"),
        ([], "input"),
        (["x"], "input[0]"),
        ([{}], "input[0].type"),
        ([{"type": 5}], "input[0].type"),
        ([{"role": "tool", "content": "x"}], "input[0].role"),
        ([{"role": "user"}], "input[0].content"),
        ([{"type": "item_reference", "id": "msg_1"}], "input[0].type"),
        ([{"id": "msg_1"}], "input[0].type"),
        ([{"type": "web_search_call", "id": "x"}], "input[0].type"),
        ([{"type": "function_call", "call_id": "c", "name": "f"}], "input[0].arguments"),
        ([{"type": "function_call_output", "output": "x"}], "input[0].call_id"),
        ([{"type": "function_call_output", "call_id": "c"}], "input[0].output"),
    ],
)
def test_what_is_no_item_is_refused_by_its_place(items: object, place: str) -> None:
    """
    What is kept elsewhere, too.
    """
    with pytest.raises(InvalidRequest) as caught:
        turns_of(items)

    assert place == caught.value.param


@given(st.lists(st.sampled_from(["user", "thought", "said", "call", "output"]), min_size=1, max_size=12))
def test_every_word_and_call_is_in_some_message_and_in_order(kinds: list[str]) -> None:
    """
    However items are mixed; only thoughts that led to nothing are left out.
    """
    made: dict[str, Callable[[int], Item]] = {
        "user": lambda n: {"role": "user", "content": f"u{n}"},
        "thought": lambda n: a_thought(f"t{n}"),
        "said": lambda n: said(f"s{n}"),
        "call": a_call,
        "output": lambda n: an_output(n, f"o{n}"),
    }
    items = [made[kind](number) for number, kind in enumerate(kinds)]

    turns = turns_of(items)

    heard = [turn["content"] for turn in turns if turn["role"] in ("user", "tool")]
    assert heard == [f"{kind[0]}{n}" for n, kind in enumerate(kinds) if kind in ("user", "output")]
    spoken = "\n".join(turn["content"] or "" for turn in turns if turn["role"] == "assistant")
    assert [f"s{n}" for n, kind in enumerate(kinds) if kind == "said"] == spoken.split()
    calls = [call["id"] for turn in turns for call in turn.get("tool_calls", ())]
    assert calls == [f"c{n}" for n, kind in enumerate(kinds) if kind == "call"]
