"""What a model thought is read from its answers, and a conversation that lost it is known by its turns."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.taking_apart import take_apart
from gateway.wire.thoughts import (
    MOST_CHARACTERS,
    ThoughtReader,
    Turn,
    asked_last,
    forgotten_turns,
    lacks_thought,
    thinks,
    with_thoughts,
)
from tests.fakes.builders import a_chat_request

_USER: dict[str, Any] = {"role": "user", "content": "Weather?"}
_TURN: dict[str, Any] = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1"}]}
_RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "Sun."}


def _answer(thought: str | None = "Hm.", *ids: Any, **message: Any) -> dict[str, Any]:
    calls = [
        {"id": one, "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}} for one in ids
    ]
    said = {"role": "assistant", "content": "", "reasoning_content": thought, "tool_calls": calls} | message
    return {"id": "x", "choices": [{"index": 0, "message": said, "finish_reason": "tool_calls"}]}


def _heard(*frames: Frame) -> tuple[str, str] | None:
    reader = ThoughtReader()
    for frame in frames:
        reader.feed(frame)
    return reader.thought()


def _whole(answer: object) -> Frame:
    return Frame(FrameKind.WHOLE, orjson.dumps(answer))


def _delta(text: bytes) -> Frame:
    return Frame(FrameKind.DELTA, b"data: " + text + b"\n\n")


@given(st.text(min_size=1), st.integers(1, 9))
def test_a_thought_is_the_same_whole_and_streamed(thought: str, characters: int) -> None:
    """
    However small the pieces are, and whatever is in them: also what looks like a field.
    """
    answer = _answer(thought, "call_1", "call_2")

    whole, streamed = _heard(_whole(answer)), _heard(*take_apart(answer, characters))

    assert ("call_1", thought) == whole == streamed


def test_fields_may_be_written_with_a_blank() -> None:
    """
    As Python's own JSON writes them.
    """
    frames = [
        _delta(b'{"choices": [{"delta": {"reasoning_content": "Hm."}}]}'),
        _delta(b'{"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "call_1"}]}}]}'),
    ]

    assert ("call_1", "Hm.") == _heard(*frames, DONE)


@pytest.mark.parametrize(
    "answer",
    [
        _answer("Hm."),
        _answer(None, "call_1"),
        _answer("", "call_1"),
        _answer("Hm.", None),
        _answer("Hm.", ""),
        _answer("Hm.", 7),
        _answer(7, "call_1"),  # type: ignore[arg-type]
        _answer("x" * (MOST_CHARACTERS + 1), "call_1"),
        {"choices": [*_answer("Hm.", "call_1")["choices"], {"index": 1, "message": {"tool_calls": []}}]},
        {"choices": [{"message": "tool_calls"}]},
        {"reasoning_content": "tool_calls"},
        {"choices": [{"message": {"reasoning_content": "", "tool_calls": [7]}}]},
        ["reasoning_content", {"tool_calls": []}],
    ],
)
def test_what_is_no_thought_before_a_call_is_none(answer: object) -> None:
    """
    No call, no thought, no name for it, too long, several choices, or no answer at all.
    """
    assert _heard(_whole(answer)) is None


def test_an_answer_that_cannot_be_read_is_lost() -> None:
    """
    Also what came before.
    """
    frames = [*take_apart(_answer("Hm.", "call_1"))]

    assert _heard(*frames[:-1], _delta(b'{"reasoning_content":"')) is None


@given(st.binary(max_size=60), st.sampled_from(FrameKind))
def test_no_bytes_make_it_fail(rubbish: bytes, kind: FrameKind) -> None:
    """
    It stands in everybody's way back.
    """
    telling = b'{"reasoning_content":"","tool_calls":[' + rubbish

    assert _heard(Frame(kind, rubbish), Frame(kind, telling), Frame(kind, b"data: " + telling)) is None


def test_turns_that_lost_their_thought_are_told_with_their_question() -> None:
    """
    The first of their calls names them; what was given back, and who called nothing, is left alone.
    """
    kept = _TURN | {"reasoning_content": "I know."}
    calls = [{"id": "call_2"}, {"id": "call_3"}]
    messages = [
        {"role": "system", "content": "Be kind."}, _TURN,
        _USER, _TURN, _RESULT, kept, _RESULT,
        {"role": "assistant", "content": "Sun."},
        {"role": "user", "content": [{"type": "text", "text": "And then?"}]}, _TURN | {"tool_calls": calls},
        _TURN | {"tool_calls": [{"type": "function"}]}, _TURN | {"tool_calls": []},
    ]  # fmt: skip

    assert [
        Turn(1, "call_1", None),
        Turn(3, "call_1", "Weather?"),
        Turn(9, "call_2", [{"type": "text", "text": "And then?"}]),
    ] == [*forgotten_turns({"messages": messages})]


def test_what_was_asked_last_is_what_the_user_said_last() -> None:
    """
    Results of tools come between; without a user nothing was.
    """
    assert "Weather?" == asked_last({"messages": [_USER, _TURN, _RESULT]})
    assert asked_last({"messages": [_RESULT]}) is None


def test_an_answers_question_is_that_of_its_turn_later_on() -> None:
    """
    What an answer was asked, and what its turn is known by when it comes back, is the same.
    """
    asked = [_USER]

    (turn,) = forgotten_turns({"messages": [*asked, _TURN, _RESULT]})

    assert asked_last({"messages": asked}) == turn.asked


def test_thoughts_are_given_back_in_their_places() -> None:
    """
    The request itself stays as it was.
    """
    request = a_chat_request()
    before = orjson.dumps(request.body)
    request.body["messages"].append(_TURN)

    given = with_thoughts(request, {len(request.body["messages"]) - 1: "Hm."})

    assert _TURN | {"reasoning_content": "Hm."} == given.body["messages"][-1]
    assert "reasoning_content" not in _TURN
    request.body["messages"].pop()
    assert before == orjson.dumps(request.body)


@pytest.mark.parametrize(
    ("message", "lacks"),
    [
        (_TURN, True),
        (_TURN | {"reasoning_content": ""}, True),
        (_TURN | {"reasoning_content": "Hm."}, False),
        ({"role": "assistant", "content": "The", "prefix": True}, False),
        (_USER, False),
    ],
)
def test_a_turn_without_reasoning_lacks_it(message: dict[str, Any], lacks: bool) -> None:  # noqa: FBT001
    """
    An answer that is only begun has none yet.
    """
    assert lacks is lacks_thought(message)


def test_a_model_thinks_unless_it_is_told_not_to() -> None:
    """
    In DeepSeek's words.
    """
    fields: list[dict[str, Any]] = [{}, {"thinking": None}, {"thinking": {"type": "enabled"}}]

    assert all(map(thinks, fields))
    assert not thinks({"thinking": {"type": "disabled"}})
