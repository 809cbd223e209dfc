"""How texts that are to become vectors travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.chat import parse_chat
from gateway.wire.embeddings.inputs import ROLE, asks_to_embed, callers_place, inputs_of, messages_of
from gateway.wire.embeddings.request import embedding_request_of
from gateway.wire.invalid_request import InvalidRequest
from tests.fakes.embeddings import an_embedding


@given(st.lists(st.text(), max_size=5))
def test_texts_come_out_as_they_went_in(texts: list[str]) -> None:
    """
    In their order, which is that of the vectors.
    """
    assert texts == inputs_of({"messages": messages_of(texts)})


def test_no_chat_caller_can_ask_so() -> None:
    """
    What stands in the role of an input has never been a turn of a conversation.
    """
    with pytest.raises(InvalidRequest):
        parse_chat(b'{"model": "m", "messages": [{"role": "%b", "content": "x"}]}' % ROLE.encode())

    turn = parse_chat(b'{"model": "m", "messages": [{"role": "user", "content": "x"}]}')
    assert asks_to_embed(embedding_request_of(an_embedding()))
    assert not asks_to_embed(turn)


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("messages[0].content", "input[0]"),
        ("messages[12].content", "input[12]"),
        ("messages", "input"),
        ("messages[1]", "input"),
        ("max_tokens", "input"),
        ("dimensions", "dimensions"),
        (None, None),
    ],
)
def test_a_place_is_named_by_the_callers_field(param: str | None, expected: str | None) -> None:
    """
    Nobody who sent an input has written messages.
    """
    assert expected == callers_place(param)
