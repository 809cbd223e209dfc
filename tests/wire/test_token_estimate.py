"""How many tokens a text roughly is."""

from fractions import Fraction
from math import ceil
from typing import Any

import orjson
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from gateway.wire.chat import parse_chat
from gateway.wire.invalid_request import InvalidRequest
from gateway.wire.token_bounds import prompt_bound
from gateway.wire.token_estimate import estimate_answer, estimate_prompt, estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("0123456789", 3), ("x" * 1000, 300), ("你好", 2), ("你" * 10, 6), ("abc你", 2)],
)
def test_deepseeks_rule_of_thumb(text: str, tokens: int) -> None:
    """
    0.3 token an English character, 0.6 a Chinese one, rounded up.
    """
    assert tokens == estimate_tokens(text)


@given(text=st.text())
def test_the_rule_is_exact(text: str) -> None:
    """
    No rounding error of floating point adds or takes a token.
    """
    others = sum(not character.isascii() for character in text)
    exact = Fraction(3, 10) * (len(text) - others) + Fraction(6, 10) * others

    assert ceil(exact) == estimate_tokens(text)


@pytest.mark.parametrize("length", range(0, 2000, 10))
def test_whole_numbers_stay_whole(length: int) -> None:
    """
    Ten characters are three tokens, however many tens there are.
    """
    assert 3 * length // 10 == estimate_tokens("x" * length)


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        ([{"role": "user", "content": "0123456789"}], 3),
        ([{"role": "system", "content": "01234"}, {"role": "user", "content": "56789"}], 3),
        ([{"role": "user", "content": [{"type": "text", "text": "0123456789"}]}], 3),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:..."}}] * 10}],
            10240,
        ),
        ([{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-api-1"}}]}], 0),
        ([{"role": "assistant", "content": None, "tool_calls": []}], 0),
    ],
)
def test_all_that_the_messages_of_a_prompt_say_counts(messages: list[dict[str, Any]], tokens: int) -> None:
    """
    Whole contents and parts, and images at the most that one can be.
    """
    assert tokens == estimate_prompt({"messages": messages})


def test_tools_and_the_calls_of_them_count() -> None:
    """
    As they are written; and beside tools a model also reads what it thought before.
    """
    call = {"type": "function", "function": {"name": "find", "arguments": "a" * 10_000}}
    called = {"role": "assistant", "content": None, "reasoning_content": "t" * 1000, "tool_calls": [call]}
    tools = [{"type": "function", "function": {"name": "find", "description": "d" * 100_000}}]

    with_calls, with_tools = (
        estimate_prompt({"messages": [called], "tools": some}) for some in (None, tools)
    )

    assert 3000 < with_calls < 3050
    assert 33_300 < with_tools < 33_400


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        ([{"content": "01234", "reasoning_content": "56789"}], 3),
        ([{"content": "0123456789"}, {"content": "0123456789"}], 6),
        ([{"content": None, "tool_calls": [{"function": {"name": "find", "arguments": "{1234}"}}]}], 3),
        ([{}, None], 0),
    ],
)
def test_all_that_an_answer_says_counts(messages: list[dict[str, Any] | None], tokens: int) -> None:
    """
    Of every choice: text, thoughts and calls.
    """
    answer = {"choices": [{"message": message} for message in messages], "object": "chat.completion"}

    assert tokens == estimate_answer(orjson.dumps(answer))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "tool_calls", "function", "arguments"]), inner
        )
    ),
    max_leaves=8,
)


@given(answer=json_values.map(orjson.dumps) | st.binary(max_size=20))
def test_whatever_an_upstream_sent_can_be_estimated(answer: bytes) -> None:
    """
    Nothing of it breaks the end of an exchange.
    """
    assert estimate_answer(answer) >= 0


text_part = st.fixed_dictionaries({"type": st.just("text"), "text": st.text()})
odd_part = st.fixed_dictionaries(
    {"type": st.sampled_from(["image_url", "odd"])}, optional={"text": st.text() | st.none()}
)
image_part = st.fixed_dictionaries(
    {"type": st.just("image_url"), "image_url": st.fixed_dictionaries({"url": st.text()})},
    optional={"text": st.text()},
)
call = st.fixed_dictionaries({"function": st.fixed_dictionaries({"name": st.text(), "arguments": st.text()})})
tool = st.fixed_dictionaries(
    {
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.just("f"), "description": st.text()}),
    }
)
# The door refuses a message for one odd part, so most have none.
messages_of_any_kind = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["user", "assistant", "system"]),
            "content": st.text()
            | st.lists(text_part | image_part, min_size=1)
            | st.lists(text_part | odd_part),
        },
        optional={"reasoning_content": st.text(), "tool_calls": st.lists(call, max_size=2)},
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=50)
@given(messages=messages_of_any_kind, tools=st.none() | st.lists(tool, max_size=2))
def test_what_was_parsed_can_be_estimated(messages: list[dict[str, Any]], tools: list[Any] | None) -> None:
    """
    No request that passes the door breaks the estimate at the exchange's end, or exceeds its bound.
    """
    try:
        request = parse_chat(orjson.dumps({"model": "m", "messages": messages, "tools": tools}))
    except InvalidRequest:
        event("refused")
        return

    assert prompt_bound(request.body) >= estimate_prompt(request.body) >= 0


def test_a_completion_counts_by_its_text() -> None:
    """
    Where its server reported nothing.
    """
    assert 3 == estimate_answer(orjson.dumps({"choices": [{"index": 0, "text": "0123456789"}]}))
