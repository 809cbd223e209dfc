"""Facts about what the simulator says."""

from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulator.answer import Answer, compose
from gateway.simulator.misbehaviour import BEHAVED, Misbehaviour
from gateway.simulator.request import ChatRequest
from tests.simulator.raw_caller import a_body, a_tool

_ECHO = Misbehaviour(echo=True)
_THINKING = {"type": "enabled"}


def _answer(text: str = "Hello", behaviour: Misbehaviour = BEHAVED, **fields: Any) -> Answer:
    return compose(msgspec.convert(a_body(text, **fields), ChatRequest), text, behaviour)


def _said(answer: Answer) -> str:
    return "".join(answer.content)


def test_an_answer_is_about_what_was_asked_and_always_the_same() -> None:
    """
    The same question gets the same friendly words, in the language of the question.
    """
    assert 'You said "Hello"' in _said(_answer())
    assert "你说的是“你好”" in _said(_answer("你好"))
    assert _answer() == _answer()
    assert [] == _answer().reasoning
    assert "Hello" in "".join(_answer(thinking=_THINKING).reasoning)


@given(st.text())
def test_an_echo_is_exact(text: str) -> None:
    """
    In echo mode the answer and the reasoning are what the user said, to the character.
    """
    answer = _answer(text, _ECHO, thinking=_THINKING)

    assert (text, text) == (_said(answer), "".join(answer.reasoning))


def test_scripted_words_are_said() -> None:
    """
    Exact texts, no text, and a number of deltas are said as scripted.
    """
    assert "Yes" == _said(_answer(behaviour=Misbehaviour(text="Yes")))
    assert "" == _said(_answer(behaviour=Misbehaviour(empty=True)))
    exact = _answer(behaviour=Misbehaviour(reasoning="Hm"), thinking=_THINKING)
    assert "Hm" == "".join(exact.reasoning)


@pytest.mark.parametrize("size", [None, 1, 7])
def test_an_answer_may_have_exactly_so_many_deltas(size: int | None) -> None:
    """
    `deltas` makes that many pieces of content and no reasoning, each as long as asked.
    """
    answer = _answer(behaviour=Misbehaviour(deltas=128, delta_size=size), thinking=_THINKING)

    assert (128, []) == (len(answer.content), answer.reasoning)
    assert size is None or {size} == set(map(len, answer.content))


def test_a_tool_result_is_quoted() -> None:
    """
    After the results of tools the answer speaks of them; in echo mode it is them.
    """
    messages = [
        {"role": "user", "content": "x"},
        {"role": "tool", "tool_call_id": "c", "content": "18 degrees"},
    ]

    assert "18 degrees" in _said(_answer(messages=messages))
    assert "18 degrees" == _said(_answer(behaviour=_ECHO, messages=messages))


def test_a_call_of_a_tool_has_no_content() -> None:
    """
    A call ends with the reason `tool_calls`, and its tokens count.
    """
    answer = _answer(tools=[a_tool()], tool_choice="required")

    assert ("", "tool_calls") == (_said(answer), answer.finish_reason)
    assert 0 < answer.completion_tokens


def test_json_mode_answers_in_json() -> None:
    """
    With response_format json_object the content is an object.
    """
    answer = _answer("json please", response_format={"type": "json_object"})

    assert {"asked": "json please"} == orjson.loads(_said(answer))


def test_the_first_stop_sequence_ends_the_answer() -> None:
    """
    What follows the earliest stop sequence is not said, nor the sequence itself.
    """
    answer = _answer("one two three", _ECHO, stop=["three", " two"])

    assert ("one", "stop") == (_said(answer), answer.finish_reason)


@given(st.text(min_size=1), st.integers(1, 60), st.booleans())
def test_max_tokens_is_never_passed(text: str, most: int, calls: bool) -> None:  # noqa: FBT001
    """
    Reasoning, content and calls together stay within max_tokens, and the reason says when they were cut.
    """
    tools = {"tools": [a_tool()], "tool_choice": "required"} if calls else {}
    free = _answer(text, _ECHO, thinking=_THINKING, **tools)

    cut = _answer(text, _ECHO, thinking=_THINKING, max_tokens=most, **tools)

    assert cut.completion_tokens <= most
    assert ("length" == cut.finish_reason) == (free.completion_tokens > most)


def test_usage_adds_up() -> None:
    """
    Prompt is hit plus miss, total is prompt plus completion, and reasoning is part of the completion.
    """
    answer = Answer(["12345678901"], ["1234567890"], (), "stop", prompt_tenths=101, hit_tenths=50)

    assert {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 4},
        "prompt_cache_hit_tokens": 5,
        "prompt_cache_miss_tokens": 6,
    } == answer.usage()


def test_a_scripted_reason_is_given() -> None:
    """
    A finish reason can be scripted.
    """
    behaviour = Misbehaviour(finish_reason="insufficient_system_resource")

    assert "insufficient_system_resource" == _answer(behaviour=behaviour).finish_reason
