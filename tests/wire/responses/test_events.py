"""A stream of chat, as the events of a response."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.responses.answer import response_of
from gateway.wire.responses.events import ResponseStream
from gateway.wire.responses.manner import manner_of
from gateway.wire.taking_apart import take_apart

_WORDS = st.text(max_size=12)
_MANNER = manner_of({})


def a_chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> Frame:
    """A frame whose one choice says this."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "chatcmpl-7", "model": "deepseek-flash", "choices": choices, **fields}
    return Frame(FrameKind.DELTA, b"data: " + orjson.dumps(chunk) + b"\n\n")


def told(*frames: Frame, summary: str | None = None) -> list[dict[str, Any]]:
    """The events that these frames become."""
    stage = ResponseStream(manner_of({"reasoning": {"summary": summary}}))
    raw = b"".join([passed.raw for frame in frames for passed in stage.feed(frame)])
    return [_event(part) for part in raw.split(b"\n\n")[:-1]]


def _event(raw: bytes) -> dict[str, Any]:
    name, data = raw.split(b"\ndata: ")
    document: dict[str, Any] = orjson.loads(data)
    assert name == b"event: " + document["type"].encode()
    return document


def gathered(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items that a client makes of the pieces, which have to be in order."""
    items: list[dict[str, Any]] = []
    for number, event in enumerate(events):
        assert number == event["sequence_number"]
        match event["type"].removeprefix("response."):
            case "output_item.added":
                assert len(items) == event["output_index"]
                items.append(event["item"])
            case "content_part.added":
                assert len(items[event["output_index"]]["content"]) == event["content_index"]
                items[event["output_index"]]["content"].append(event["part"])
            case "output_text.delta" | "reasoning_text.delta":
                items[event["output_index"]]["content"][event["content_index"]]["text"] += event["delta"]
            case "function_call_arguments.delta":
                items[event["output_index"]]["arguments"] += event["delta"]
            case "output_item.done":
                items[event["output_index"]]["status"] = event["item"]["status"]
                assert items[event["output_index"]] == event["item"]
    return items


def test_the_events_of_a_short_text() -> None:
    """
    Why it ended and what it cost come last, and nothing after it.
    """
    usage = {"prompt_tokens": 5, "completion_tokens": 2}

    events = told(
        a_chunk({"role": "assistant", "content": ""}),
        a_chunk({"content": "Hi"}),
        a_chunk({}, "stop", usage=usage),
        DONE,
    )

    assert [
        "response.created", "response.in_progress", "response.output_item.added",
        "response.content_part.added", "response.output_text.delta", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.completed",
    ] == [event["type"] for event in events]  # fmt: skip
    assert ("in_progress", [], None) == tuple(
        events[0]["response"][name] for name in ("status", "output", "usage")
    )
    assert ("completed", 7) == (
        events[-1]["response"]["status"],
        events[-1]["response"]["usage"]["total_tokens"],
    )


def test_a_chunk_is_one_frame() -> None:
    """
    What came in one write leaves in one.
    """
    stage = ResponseStream(_MANNER)

    frames = [stage.feed(a_chunk({"content": "a"})), stage.feed(a_chunk({"content": ""})), stage.feed(DONE)]

    assert [1, 0, 1] == [len(found) for found in frames]
    assert FrameKind.DONE is frames[-1][0].kind
    assert () == stage.finish()


def test_what_was_cut_is_incomplete() -> None:
    """
    The response, and the item in which it was cut.
    """
    events = told(
        a_chunk({"reasoning_content": "Hm."}), a_chunk({"content": "Hi"}), a_chunk({}, "length"), DONE
    )

    assert "response.incomplete" == events[-1]["type"]
    assert {"reason": "max_output_tokens"} == events[-1]["response"]["incomplete_details"]
    assert ["completed", "incomplete"] == [item["status"] for item in events[-1]["response"]["output"]]
    assert "incomplete" == events[-2]["item"]["status"]


def test_usage_after_everything_else_is_told_at_the_end() -> None:
    """
    As some servers send it, in a chunk without a choice.
    """
    events = told(
        a_chunk({"content": "x"}, "stop"), a_chunk(usage={"prompt_tokens": 1, "completion_tokens": 9}), DONE
    )

    assert 9 == events[-1]["response"]["usage"]["output_tokens"]


def test_an_empty_stream_is_an_empty_response() -> None:
    """
    It begins and ends.
    """
    assert ["response.created", "response.in_progress", "response.completed"] == [
        event["type"] for event in told(DONE)
    ]


def test_thoughts_are_told_as_summaries_to_who_asked_for_these() -> None:
    """
    Piece by piece, as they are thought.
    """
    events = told(
        a_chunk({"reasoning_content": "Hm"}), a_chunk({"reasoning_content": "."}), DONE, summary="auto"
    )

    assert ["Hm", "."] == [
        event["delta"] for event in events if event["type"] == "response.reasoning_summary_text.delta"
    ]
    assert [{"type": "summary_text", "text": "Hm."}] == events[-1]["response"]["output"][0]["summary"]


def test_a_call_that_is_taken_up_again_keeps_its_number() -> None:
    """
    No server is known to do it, and the response at the end has all of it.
    """
    calls = [{"index": n, "id": f"c{n}", "function": {"name": "f", "arguments": "{"}} for n in (0, 1)]
    events = told(
        a_chunk({"tool_calls": calls}),
        a_chunk({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}),
        DONE,
    )

    deltas = [event for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert [(0, "{"), (1, "{"), (0, "}")] == [(event["output_index"], event["delta"]) for event in deltas]
    assert ["{}", "{"] == [item["arguments"] for item in events[-1]["response"]["output"]]


def test_log_probabilities_come_with_their_text() -> None:
    """
    Those of a token that is not yet a text come with the next one.
    """

    def spoken(text: str, token: str) -> Frame:
        logprobs = {"content": [{"token": token, "logprob": -1.0, "bytes": [], "top_logprobs": []}]}
        choice = {"index": 0, "delta": {"content": text}, "logprobs": logprobs}
        return Frame(FrameKind.DELTA, b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n")

    events = told(spoken("a", "a"), spoken("", "half"), spoken("b", "b"), DONE)

    deltas = [event["logprobs"] for event in events if event["type"] == "response.output_text.delta"]
    assert [["a"], ["half", "b"]] == [[token["token"] for token in tokens] for tokens in deltas]


@pytest.mark.parametrize("delta", [None, {}, {"content": None}, {"tool_calls": ["x"]}, {"tool_calls": "x"}])
def test_an_odd_chunk_says_nothing(delta: dict[str, Any] | None) -> None:
    """
    The response goes on.
    """
    assert 3 == len(told(a_chunk(delta), DONE))


@given(
    reasoning=_WORDS,
    content=_WORDS,
    calls=st.lists(st.dictionaries(_WORDS, _WORDS, max_size=2), max_size=3),
    characters=st.integers(1, 5),
    finish=st.sampled_from(["stop", "length"]),
)
def test_a_stream_and_a_whole_answer_are_the_same_response(
    reasoning: str, content: str, calls: list[dict[str, str]], characters: int, finish: str
) -> None:
    """
    Wherever its chunks were cut: what the last event says, and what the pieces come to.
    """
    written = [orjson.dumps(given).decode() for given in calls]
    message = {
        "role": "assistant",
        "content": content,
        "reasoning_content": reasoning,
        "tool_calls": [
            {"id": f"call_{number}", "type": "function", "function": {"name": "f", "arguments": arguments}}
            for number, arguments in enumerate(written)
        ],
    }
    answer = {
        "id": "7",
        "created": 5,
        "model": "deepseek-flash",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }

    events = told(*take_apart(answer, characters))

    whole = response_of(answer, _MANNER)
    assert whole == events[-1]["response"]
    assert whole["output"] == gathered(events)
