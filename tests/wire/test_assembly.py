from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.assembly import Assembler
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.taking_apart import take_apart

_CALL = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1, max_size=5),
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": st.text(min_size=1, max_size=5), "arguments": st.text()}),
    }
)
_MESSAGE = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | st.text()},
    optional={
        "reasoning_content": st.none() | st.text(),
        "tool_calls": st.lists(_CALL, min_size=1, max_size=3),
        "annotations": st.lists(st.just({"type": "url"}), max_size=1),
    },
)
_TOKENS = st.lists(st.fixed_dictionaries({"token": st.text(), "logprob": st.just(-0.5)}), max_size=3)
_LOGPROBS = st.none() | st.fixed_dictionaries(
    {"content": st.none() | _TOKENS}, optional={"reasoning_content": _TOKENS}
)
_CHOICES = st.lists(
    st.fixed_dictionaries(
        {"message": _MESSAGE, "finish_reason": st.sampled_from(["stop", "length", "tool_calls"])},
        optional={"logprobs": _LOGPROBS},
    ),
    min_size=1,
    max_size=3,
).map(lambda choices: [{"index": index, **choice} for index, choice in enumerate(choices)])
_ANSWER = st.fixed_dictionaries(
    {
        "id": st.just("c-1"),
        "object": st.just("chat.completion"),
        "created": st.just(1_763_200_000),
        "model": st.text(max_size=5),
        "choices": _CHOICES,
    },
    optional={"usage": st.just({"prompt_tokens": 1}), "system_fingerprint": st.none() | st.just("fp")},
)


def _delta(**fields: Any) -> Frame:
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps({"id": "c-1", **fields}) + b"\n\n")


def _assemble(frames: list[Frame]) -> dict[str, Any]:
    assembler = Assembler()
    wholes = [whole for frame in frames for whole in assembler.feed(frame)]
    assert [FrameKind.WHOLE] == [whole.kind for whole in wholes]
    answer: dict[str, Any] = orjson.loads(wholes[0].raw)
    return answer


@given(answer=_ANSWER, characters=st.integers(1, 9))
def test_an_answer_taken_apart_and_put_together_is_the_same(answer: dict[str, Any], characters: int) -> None:
    """
    Texts, reasoning, tool calls, logprobs, several choices and usage survive the round trip.
    """
    frames = list(take_apart(answer, characters))

    assert answer == _assemble(frames)


def test_choices_and_tool_calls_are_told_apart_by_their_index() -> None:
    """
    Fragments that come in turns end where they belong.
    """
    frames = [
        _delta(choices=[{"index": index, "delta": {"tool_calls": [call]}}])
        for index, call in [
            (1, {"index": 1, "id": "b", "function": {"name": "g", "arguments": ""}}),
            (0, {"index": 0, "id": "c", "function": {"name": "h", "arguments": "{"}}),
            (1, {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x'}}),
            (1, {"index": 1, "function": {"arguments": "[]"}}),
            (0, {"index": 0, "id": None, "function": {"name": None, "arguments": "}"}}),
            (1, {"index": 0, "function": {"arguments": '":1}'}}),
        ]
    ]

    answer = _assemble([*frames, DONE])

    told = [
        [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in calls]
        for calls in (choice["message"]["tool_calls"] for choice in answer["choices"])
    ]
    assert [[("c", "h", "{}")], [("a", "f", '{"x":1}'), ("b", "g", "[]")]] == told


def test_nulls_and_empty_chunks_take_nothing_back() -> None:
    """
    A late `role: null` or a chunk without choices leaves what is known.
    """
    frames = [
        _delta(choices=[{"index": 0, "delta": {"role": "assistant", "content": "Hi"}}], usage=None),
        _delta(choices=[{"index": 0, "delta": {"role": None, "content": None}, "finish_reason": "stop"}]),
        _delta(choices=[], usage={"prompt_tokens": 3}),
        _delta(choices=[]),
    ]

    answer = _assemble([*frames, DONE])

    assert {"role": "assistant", "content": "Hi"} == answer["choices"][0]["message"]
    assert {"prompt_tokens": 3} == answer["usage"]


def test_without_done_there_is_no_answer() -> None:
    """
    Half a stream makes nothing; an error goes on as it is.
    """
    assembler = Assembler()
    error = Frame(FrameKind.ERROR, b'data: {"error":{}}\n\n')

    assert () == assembler.feed(_delta(choices=[{"index": 0, "delta": {"content": "Hi"}}]))
    assert (error,) == assembler.feed(error)
    assert () == assembler.finish()


def test_a_whole_answer_passes() -> None:
    """
    What needs no assembly is left alone.
    """
    whole = Frame(FrameKind.WHOLE, b"{}")

    assert (whole,) == Assembler().feed(whole)


def test_fragments_without_a_number_are_of_the_call_that_began_last() -> None:
    """
    An id begins a call; null stands for no number, also of a choice.
    """
    fragments = [
        {"id": "a", "function": {"name": "f", "arguments": "{"}},
        {"index": None, "function": {"arguments": "}"}},
        {"id": "b", "function": {"name": "g", "arguments": ""}},
        {"function": {"arguments": "[]"}},
    ]
    frames = [_delta(choices=[{"index": None, "delta": {"tool_calls": [call]}}]) for call in fragments]

    (choice,) = _assemble([*frames, _delta(choices=[{"delta": {}, "finish_reason": "tool_calls"}]), DONE])[
        "choices"
    ]

    calls = choice["message"]["tool_calls"]
    assert [("a", "{}"), ("b", "[]")] == [(call["id"], call["function"]["arguments"]) for call in calls]
    assert (0, "tool_calls") == (choice["index"], choice["finish_reason"])


@pytest.mark.parametrize(
    "delta",
    [
        {"content": [{"type": "text", "text": "Hello"}]},
        {"reasoning_content": {"text": "Hm."}},
        {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": {"a": 1}}}]},
    ],
)
def test_what_is_no_text_is_not_put_together_from_texts(delta: dict[str, Any]) -> None:
    """
    Rather no answer than one without what it said.
    """
    with pytest.raises(TypeError):
        _assemble([_delta(choices=[{"delta": {"content": ""}}]), _delta(choices=[{"delta": delta}]), DONE])


def test_the_pieces_of_a_completion_are_one_text() -> None:
    """
    By their choice, with what was said of their tokens, and under the name of such an answer.
    """
    pieces = [(0, "def "), (1, "x"), (0, "f"), (1, "")]
    frames = [
        _delta(
            object="text_completion",
            choices=[{"index": index, "text": text, "logprobs": {"tokens": [text]}, "finish_reason": None}],
        )
        for index, text in pieces
    ]
    ends = [_delta(choices=[{"index": index, "text": "", "finish_reason": "stop"}]) for index in (0, 1)]

    answer = _assemble([*frames, *ends, DONE])

    assert "text_completion" == answer["object"]
    assert [
        {"index": 0, "text": "def f", "logprobs": {"tokens": ["def ", "f"]}, "finish_reason": "stop"},
        {"index": 1, "text": "x", "logprobs": {"tokens": ["x", ""]}, "finish_reason": "stop"},
    ] == answer["choices"]


@pytest.mark.parametrize("text", [5, ["a"]])
def test_a_completion_that_is_no_text_cannot_be_put_together(text: object) -> None:
    """
    Nobody guesses what it was.
    """
    with pytest.raises(TypeError):
        _assemble([_delta(choices=[{"index": 0, "text": text, "finish_reason": "stop"}]), DONE])


def test_a_message_stays_one_where_a_server_says_it_twice() -> None:
    """
    Some put the text of each delta beside it, as a completion has it.
    """
    choices = [
        {"index": 0, "text": text, "delta": {"content": text}, "finish_reason": reason}
        for text, reason in (("Hel", None), ("lo", None), ("", "stop"))
    ]

    answer = _assemble([*(_delta(choices=[choice]) for choice in choices), DONE])

    assert "chat.completion" == answer["object"]
    assert [
        {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    ] == answer["choices"]
