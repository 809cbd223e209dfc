"""Where an answer speaks, and how a piece of it is said in its place."""

from typing import Any

import orjson
import pytest

from gateway.wire.lanes import Lane, frame_of, index_of, names_in, said_in, says_nothing_else
from gateway.wire.sse import data_of


def _call(arguments: str, **fields: Any) -> dict[str, Any]:
    return {"function": {"arguments": arguments}, **fields}


@pytest.mark.parametrize("part", ["delta", "message"])
def test_a_choice_speaks_in_every_lane_it_has(part: str) -> None:
    """
    Content, reasoning, refusal and the arguments of each tool call, of a chunk and of a whole answer.
    """
    said = {"content": "a", "reasoning_content": "b", "refusal": "c", "role": "assistant"}
    choice = {"index": 2, part: {**said, "tool_calls": [_call("d", index=7), _call("e")]}}

    heard = {lane: holder[lane.field] for lane, holder in said_in(choice)}

    assert {
        Lane(2, "content"): "a",
        Lane(2, "reasoning_content"): "b",
        Lane(2, "refusal"): "c",
        Lane(2, "arguments", 7): "d",
        Lane(2, "arguments", 1): "e",
    } == heard


def test_a_completion_speaks_in_its_text() -> None:
    """
    The older protocol has one lane, in the choice itself.
    """
    choice = {"index": 0, "text": "a", "finish_reason": None}

    assert [(Lane(0, "text"), choice)] == list(said_in(choice))


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"delta": None},
        {"delta": "text"},
        {"delta": {"content": None, "tool_calls": None}},
        {"delta": {"tool_calls": ["x", {}, {"function": None}, {"function": {"arguments": None}}]}},
    ],
)
def test_what_is_no_text_says_nothing(choice: dict[str, Any]) -> None:
    """
    Other shapes are nobody's lane.
    """
    assert [] == list(said_in(choice))


def test_a_choice_without_a_number_is_the_first() -> None:
    """
    As the clients take it.
    """
    assert [0, 0, 3] == [index_of({}), index_of({"index": "1"}), index_of({"index": 3})]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"delta": {"content": "x", "reasoning_content": None}, "finish_reason": None}, True),
        ({"delta": {"tool_calls": [_call("x", index=0)]}}, True),
        ({"text": "x"}, True),
        ({"delta": {"content": "x", "role": "assistant"}}, False),
        ({"delta": {"content": ""}, "finish_reason": "stop"}, False),
        ({"delta": {"tool_calls": [_call("x", id="call_1")]}}, False),
        ({"delta": {"content": "x"}, "logprobs": {"content": []}}, False),
        ({}, False),
    ],
)
def test_a_choice_of_text_alone_is_known(choice: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    """
    A role, a name, an end or logprobs are more than text.
    """
    assert expected is says_nothing_else(choice)


@pytest.mark.parametrize("lane", [Lane(1, "content"), Lane(0, "text"), Lane(0, "arguments", 3)])
def test_a_frame_of_a_lane_says_just_that(lane: Lane) -> None:
    """
    What is written for a lane is read in the same lane.
    """
    frame = frame_of({"id": "c-1"}, lane, 'say "it"')

    chunk = orjson.loads(data_of(frame.raw))
    assert "c-1" == chunk["id"]
    assert [(lane, 'say "it"')] == [
        (said, holder[said.field]) for said, holder in said_in(chunk["choices"][0])
    ]


@pytest.mark.parametrize("part", ["delta", "message"])
def test_the_tools_that_a_choice_calls_are_named(part: str) -> None:
    """
    Each once; what is no call has no name.
    """
    calls = [_call("a"), 7, {"function": 7}, {"function": {"name": "f", "arguments": ""}}]

    found = [(lane, holder["name"]) for lane, holder in names_in({"index": 1, part: {"tool_calls": calls}})]

    assert [(Lane(1, "name", 3), "f")] == found
    assert [] == list(names_in({"text": "a"}))
    assert [] == list(names_in({part: {"tool_calls": 7}}))


def test_calls_are_lanes_of_their_own() -> None:
    """
    What tools are called with, and by which name.
    """
    lanes = [Lane(0, "content"), Lane(0, "arguments", 0), Lane(0, "name", 1)]

    assert [False, True, True] == [lane.is_call for lane in lanes]
