"""An answer of chat, as a message."""

from typing import Any

import orjson
import pytest

from gateway.vocabulary.usage import Usage
from gateway.wire.frames import Frame, FrameKind
from gateway.wire.messages.answer import WholeMessage, message_of

_USAGE = {"prompt_tokens": 10, "completion_tokens": 4, "prompt_cache_hit_tokens": 3}


def an_answer(finish: str | None = "stop", **told: Any) -> dict[str, Any]:
    """A chat completion whose assistant said this."""
    choice = {"index": 0, "message": {"role": "assistant", **told}, "finish_reason": finish}
    return {"id": "chatcmpl-7", "model": "deepseek-flash", "choices": [choice], "usage": _USAGE}


def a_call(arguments: str, **fields: Any) -> dict[str, Any]:
    """A tool call with these arguments."""
    return {
        "id": "call_1",
        "type": "function",
        "function": {"name": "find", "arguments": arguments},
        **fields,
    }


def test_a_text() -> None:
    """
    Under an id of Anthropic's kind; what came from the upstream's cache is counted apart.
    """
    expected = {
        "id": "msg_7",
        "type": "message",
        "role": "assistant",
        "model": "deepseek-flash",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 7,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 3,
            "output_tokens": 4,
        },
    }

    assert expected == message_of(an_answer(content="Hello"))


def test_thoughts_then_text_then_calls() -> None:
    """
    In the order in which they came about.
    """
    message = message_of(
        an_answer("tool_calls", content="I look.", reasoning_content="Hm.", tool_calls=[a_call('{"n": 1}')])
    )

    assert [
        {"type": "thinking", "thinking": "Hm.", "signature": "unsigned"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "call_1", "name": "find", "input": {"n": 1}},
    ] == message["content"]
    assert "tool_use" == message["stop_reason"]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [("", {}), (" ", {}), ("{}", {}), ('{"a": "b', {"arguments": '{"a": "b'}), ("[1]", {"arguments": [1]})],
)
def test_what_a_tool_is_called_with_is_an_object(arguments: str, given: dict[str, Any]) -> None:
    """
    What is none, because the answer was cut, is in it as it stands.
    """
    message = message_of(an_answer("length", content=None, tool_calls=[a_call(arguments)]))

    assert [given] == [block["input"] for block in message["content"]]


def test_a_call_without_an_id_gets_one() -> None:
    """
    Its result has to name it.
    """
    message = message_of(an_answer("tool_calls", tool_calls=[a_call("{}", id=None), a_call("{}", id="")]))

    assert ["toolu_0", "toolu_1"] == [block["id"] for block in message["content"]]


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("content_filter", "refusal"),
        ("insufficient_system_resource", "max_tokens"),
        ("something_new", "end_turn"),
        (None, None),
    ],
)
def test_why_it_ended(finish: str | None, reason: str | None) -> None:
    """
    What is cut short is never called an end.
    """
    assert reason == message_of(an_answer(finish, content="x"))["stop_reason"]


def test_the_text_that_stopped_it() -> None:
    """
    VLLM names it beside the reason.
    """
    answer = an_answer(content="x")
    answer["choices"][0]["stop_reason"] = "END"

    message = message_of(answer)

    assert ("stop_sequence", "END") == (message["stop_reason"], message["stop_sequence"])


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": [{"message": "x"}]}, {"choices": "x"}])
def test_an_odd_answer_is_a_message_without_content(answer: dict[str, Any]) -> None:
    """
    A server's oddity is no fault of ours.
    """
    assert [] == message_of(answer)["content"]


def test_as_a_stage_it_changes_the_one_frame_there_is() -> None:
    """
    And keeps what the frame reports.
    """
    usage = Usage(10, 4, 3, 7, 0)
    stage = WholeMessage()

    (frame,) = stage.feed(Frame(FrameKind.WHOLE, orjson.dumps(an_answer(content="Hello")), usage))

    assert (FrameKind.WHOLE, usage) == (frame.kind, frame.usage)
    assert message_of(an_answer(content="Hello")) == orjson.loads(frame.raw)
    assert () == stage.finish()
