"""How a text that is to be gone on with travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.chat import ChatRequest, chat_of
from gateway.wire.completions.prompt import Prompt, asks_to_complete, callers_place, message_of, prompt_of
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.texts import HumanText, texts_of


@given(st.builds(Prompt, st.text(), st.none() | st.text()))
def test_a_prompt_arrives_as_it_was_sent(prompt: Prompt) -> None:
    """
    With and without something behind the gap, which may be empty.
    """
    assert prompt == prompt_of({"messages": [message_of(prompt)]})


def test_no_chat_caller_can_ask_for_a_completion() -> None:
    """
    The roles of chat are a closed list, and this is none of them.
    """
    with pytest.raises(InvalidRequest) as refused:
        chat_of({"model": "m", "messages": [message_of(Prompt("x"))]})

    assert "messages[0].role" == refused.value.param


def test_a_completion_is_told_from_a_conversation() -> None:
    """
    By the role of its one message.
    """
    messages = [[message_of(Prompt("x"))], [{"role": "user", "content": "x"}]]

    requests = [ChatRequest("m", False, False, {"model": "m", "messages": one}) for one in messages]

    assert [True, False] == [asks_to_complete(request) for request in requests]


def test_both_sides_of_the_gap_are_looked_through() -> None:
    """
    As two parts of one message, so that what the cursor cuts is looked at whole.
    """
    found = list(texts_of({"model": "m", "messages": [message_of(Prompt("before", "behind"))]}))

    assert [
        HumanText(("messages", 0, "content", 0, "text"), "prompt", "before"),
        HumanText(("messages", 0, "content", 1, "text"), "prompt", "behind"),
    ] == found


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("messages[0].content", "prompt"),
        ("messages[0].content[0].text", "prompt"),
        ("messages[0].content[1].text", "suffix"),
        ("messages", "prompt"),
        ("max_tokens", "max_tokens"),
        (None, None),
    ],
)
def test_a_place_is_named_as_the_caller_knows_it(place: str | None, expected: str | None) -> None:
    """
    Nobody who asks for a completion has written messages.
    """
    assert expected == callers_place(place)
