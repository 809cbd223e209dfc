"""An answer of chat, as a response."""

from typing import Any

import orjson
import pytest

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.responses.answer import WholeResponse, ending_of, response_of, usage_of
from gateway.wire.responses.manner import manner_of

_MANNER = manner_of({})


def an_answer(finish: str | None = "stop", **told: Any) -> dict[str, Any]:
    """A chat completion whose message says this."""
    choice = {"index": 0, "message": {"role": "assistant", **told}, "finish_reason": finish}
    return {
        "id": "chatcmpl-7",
        "created": 5,
        "model": "deepseek-flash",
        "choices": [choice],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_cache_hit_tokens": 3},
    }


def a_call(number: int) -> dict[str, Any]:
    """A call of chat."""
    return {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_everything_a_message_says_is_an_item() -> None:
    """
    Thoughts, then what is said, then each call.
    """
    response = response_of(
        an_answer(reasoning_content="Hm.", content="Hi", tool_calls=[a_call(0), a_call(1)]), _MANNER
    )

    assert ["reasoning", "message", "function_call", "function_call"] == [
        item["type"] for item in response["output"]
    ]
    assert ["rs_7_0", "msg_7_1", "fc_7_2", "fc_7_3"] == [item["id"] for item in response["output"]]
    assert ["c0", "c1"] == [item["call_id"] for item in response["output"][2:]]


def test_the_head_is_the_answers_and_the_settings_are_the_requests() -> None:
    """
    So a client knows what it asked.
    """
    response = response_of(an_answer(content="Hi"), manner_of({"instructions": "I"}))

    assert ("resp_7", "response", 5, "deepseek-flash", "I") == (
        response["id"],
        response["object"],
        response["created_at"],
        response["model"],
        response["instructions"],
    )


def test_thoughts_are_told_as_summaries_to_who_asked_for_these() -> None:
    """
    In full: nobody here sums them up.
    """
    settings = manner_of({"reasoning": {"summary": "auto"}})

    item = response_of(an_answer(reasoning_content="Hm."), settings)["output"][0]

    assert ([{"type": "summary_text", "text": "Hm."}], []) == (item["summary"], item["content"])


def test_a_refusal_is_a_part_of_the_message() -> None:
    """
    After what was said.
    """
    parts = response_of(an_answer(content="a", refusal="b"), _MANNER)["output"][0]["content"]

    assert ["output_text", "refusal"] == [part["type"] for part in parts]


@pytest.mark.parametrize(
    ("finish", "status", "reason"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        (None, "completed", None),
        (5, "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("insufficient_system_resource", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
    ],
)
def test_what_was_cut_is_incomplete(finish: Any, status: str, reason: str | None) -> None:
    """
    The response and the item that was cut.
    """
    response = response_of(an_answer(finish, reasoning_content="Hm.", content="Hi"), _MANNER)

    assert (status, {"reason": reason} if reason else None) == (
        response["status"],
        response["incomplete_details"],
    )
    assert ["completed", status] == [item["status"] for item in response["output"]]
    assert status == ending_of(finish)["status"]


def test_what_was_counted_is_told_in_their_names() -> None:
    """
    What came from a cache is a part of the input, thoughts a part of the output.
    """
    usage = usage_of(Usage(9, 4, cache_hit_tokens=3, cache_miss_tokens=6, reasoning_tokens=2))

    assert {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 13,
    } == usage


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": [{"message": "x"}]}, {"usage": "x"}])
def test_an_odd_answer_says_nothing(answer: dict[str, Any]) -> None:
    """
    It is still a response.
    """
    response = response_of(answer, _MANNER)

    assert ("completed", []) == (response["status"], response["output"])


def test_the_stage_translates_what_is_whole_and_lets_the_rest_pass() -> None:
    """
    What was reported stays with the frame.
    """
    stage, usage = WholeResponse(_MANNER), Usage(1, 1)

    (frame,) = stage.feed(Frame(FrameKind.WHOLE, orjson.dumps(an_answer(content="Hi")), usage))

    assert ("resp_7", usage) == (orjson.loads(frame.raw)["id"], frame.usage)
    assert (DONE,) == stage.feed(DONE)
    assert () == stage.finish()
