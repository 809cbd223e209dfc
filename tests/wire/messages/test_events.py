"""A stream of chat, as the events of a message."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.messages.answer import message_of
from gateway.wire.messages.events import MessageStream
from gateway.wire.taking_apart import take_apart

_WORDS = st.text(max_size=12)


def a_chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> Frame:
    """A frame whose one choice says this."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "chatcmpl-7", "model": "deepseek-flash", "choices": choices, **fields}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n")


def told(*frames: Frame) -> list[dict[str, Any]]:
    """The events that these frames become."""
    stage = MessageStream()
    raw = b"".join([passed.raw for frame in frames for passed in stage.feed(frame)])
    return [_event(part) for part in raw.split(b"\n\n")[:-1]]


def _event(raw: bytes) -> dict[str, Any]:
    name, data = raw.split(b"\ndata: ")
    document: dict[str, Any] = orjson.loads(data)
    assert name == b"event: " + document["type"].encode()
    return document


def gathered(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that a client makes of these events, which have to be in order."""
    assert "message_start" == events[0]["type"]
    message: dict[str, Any] = events[0]["message"]
    blocks: list[dict[str, Any]] = message["content"]
    open_block: int | None = None
    for event in events[1:]:
        match event["type"]:
            case "content_block_start":
                assert (None, len(blocks)) == (open_block, event["index"])
                open_block = event["index"]
                blocks.append({**event["content_block"], "json": ""})
            case "content_block_delta":
                _add(blocks[event["index"]], event["delta"])
            case "content_block_stop":
                assert open_block == event["index"]
                open_block = None
            case "message_delta":
                assert open_block is None
                message = {**message, **event["delta"], "usage": event["usage"]}
    assert "message_stop" == events[-1]["type"]
    for block in blocks:
        written = block.pop("json")
        if block["type"] == "tool_use":
            block["input"] = orjson.loads(written or "{}")
    return message


def _add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] += delta["signature"]
        case "input_json_delta":
            block["json"] += delta["partial_json"]


def test_the_events_of_a_short_text() -> None:
    """
    Why it ended and what it cost come last, after the one block.
    """
    usage = {"prompt_tokens": 5, "completion_tokens": 2}

    events = told(
        a_chunk({"role": "assistant", "content": ""}),
        a_chunk({"content": "Hi"}),
        a_chunk({}, "stop", usage=usage),
        DONE,
    )

    assert [
        "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
        "message_stop",
    ] == [event["type"] for event in events]  # fmt: skip
    assert {"input_tokens": 5, "output_tokens": 2} == {
        name: count for name, count in events[-2]["usage"].items() if count
    }
    assert {"stop_reason": "end_turn", "stop_sequence": None} == events[-2]["delta"]


def test_a_chunk_is_one_frame() -> None:
    """
    What came in one write leaves in one.
    """
    stage = MessageStream()

    frames = [stage.feed(a_chunk({"content": "a"})), stage.feed(a_chunk({"content": ""})), stage.feed(DONE)]

    assert [1, 0, 1] == [len(found) for found in frames]
    assert FrameKind.DONE is frames[-1][0].kind


def test_usage_after_everything_else_is_told_at_the_end() -> None:
    """
    As some servers send it, in a chunk without a choice.
    """
    events = told(
        a_chunk({"content": "x"}, "stop"), a_chunk(usage={"prompt_tokens": 1, "completion_tokens": 9}), DONE
    )

    assert 9 == events[-2]["usage"]["output_tokens"]


def test_an_empty_stream_is_an_empty_message() -> None:
    """
    It begins and ends.
    """
    assert ["message_start", "message_delta", "message_stop"] == [event["type"] for event in told(DONE)]


def test_calls_are_blocks_of_their_own() -> None:
    """
    Each opened when it is named and closed when the next one is.
    """

    def piece(index: int, arguments: str, **fields: Any) -> Frame:
        return a_chunk({"tool_calls": [{"index": index, **fields, "function": {"arguments": arguments}}]})

    def named(index: int, name: str) -> Frame:
        function = {"name": name, "arguments": ""}
        return a_chunk({"tool_calls": [{"index": index, "id": f"call_{index}", "function": function}]})

    message = gathered(
        told(
            named(0, "one"), piece(0, '{"a"'), piece(0, ": 1}"), named(1, "two"), piece(1, "{}"),
            a_chunk({}, "tool_calls"), DONE,
        )
    )  # fmt: skip

    assert [
        {"type": "tool_use", "id": "call_0", "name": "one", "input": {"a": 1}},
        {"type": "tool_use", "id": "call_1", "name": "two", "input": {}},
    ] == message["content"]
    assert "tool_use" == message["stop_reason"]


def test_a_call_that_is_taken_up_again_keeps_its_number() -> None:
    """
    No server is known to do it, and nothing would be lost.
    """
    calls = [{"index": n, "id": f"c{n}", "function": {"name": "f", "arguments": "{"}} for n in (0, 1)]
    events = told(
        a_chunk({"tool_calls": calls}),
        a_chunk({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}),
        DONE,
    )

    pieces = [(event["index"], event["delta"]) for event in events if event["type"] == "content_block_delta"]
    assert [0, 1, 0] == [index for index, _ in pieces]
    assert "}" == pieces[-1][1]["partial_json"]


@pytest.mark.parametrize("delta", [None, {}, {"content": None}, {"tool_calls": ["x"]}, {"tool_calls": "x"}])
def test_an_odd_chunk_says_nothing(delta: dict[str, Any] | None) -> None:
    """
    The message goes on.
    """
    assert 3 == len(told(a_chunk(delta), DONE))


@given(
    reasoning=_WORDS,
    content=_WORDS,
    calls=st.lists(st.dictionaries(_WORDS, _WORDS, max_size=2), max_size=3),
    characters=st.integers(1, 5),
)
def test_a_stream_and_a_whole_answer_are_the_same_message(
    reasoning: str, content: str, calls: list[dict[str, str]], characters: int
) -> None:
    """
    Wherever its chunks were cut.
    """
    message = {
        "role": "assistant",
        "content": content,
        "reasoning_content": reasoning,
        "tool_calls": [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": "f", "arguments": orjson.dumps(given).decode()},
            }
            for number, given in enumerate(calls)
        ],
    }
    answer = {
        "id": "7",
        "model": "deepseek-flash",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }

    assert message_of(answer) == gathered(told(*take_apart(answer, characters)))
