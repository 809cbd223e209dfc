"""A whole answer becomes a stream that says the same."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.assembly import Assembler
from gateway.wire.disassembly import disassemble
from gateway.wire.frames import DONE, Frame, FrameKind
from gateway.wire.sse import data_of
from gateway.wire.usage_report import read_usage

_TEXTS = st.text('ab "\\\n你😀', max_size=200)
_CALLS = st.builds(
    lambda name, arguments: {
        "id": name,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    },
    st.sampled_from(["look", "write"]),
    _TEXTS,
)
_MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | _TEXTS},
    optional={"reasoning_content": _TEXTS, "tool_calls": st.lists(_CALLS, min_size=1, max_size=3)},
)
_CHOICES = st.lists(
    st.fixed_dictionaries(
        {
            "message": _MESSAGES,
            "finish_reason": st.sampled_from(["stop", "tool_calls"]),
        },
        optional={
            "logprobs": st.none()
            | st.fixed_dictionaries(
                {"content": st.lists(st.just({"token": "a", "logprob": -1.5}), min_size=1)}
            )
        },
    ),
    max_size=3,
)
_REPORT = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}


def _answer(choices: list[dict[str, Any]], report: dict[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": "x", "object": "chat.completion", "created": 7, "model": "m"}
    answer["choices"] = [{"index": index, **choice} for index, choice in enumerate(choices)]
    return answer if report is None else {**answer, "usage": report}


def _assembled(frames: list[Frame]) -> Any:
    assembler = Assembler()
    (whole,) = [frame for one in frames for frame in assembler.feed(one)]
    return orjson.loads(whole.raw)


@given(_CHOICES, st.none() | st.just(_REPORT))
def test_taken_apart_and_put_together_it_is_the_same(
    choices: list[dict[str, Any]], report: dict[str, Any] | None
) -> None:
    """
    Texts, reasoning, tool calls, log probabilities, finish reasons and usage.
    """
    answer = _answer(choices, report)

    assert answer == _assembled(disassemble(orjson.dumps(answer)))


@given(_CHOICES)
def test_it_is_a_stream_as_clients_know_it(choices: list[dict[str, Any]]) -> None:
    """
    Chunks, each an event of its own, the usage on the last one, and [DONE].
    """
    usage = read_usage(_REPORT)
    frames = disassemble(orjson.dumps(_answer(choices, _REPORT)), usage)
    *deltas, last = frames
    chunks = [orjson.loads(data_of(frame.raw)) for frame in deltas]

    assert DONE == last
    assert {"chat.completion.chunk"} == {chunk["object"] for chunk in chunks}
    assert [_REPORT] == [chunk["usage"] for chunk in chunks if "usage" in chunk]
    assert "usage" in chunks[-1]
    assert [usage] == [frame.usage for frame in frames if frame.usage is not None]
    assert all(FrameKind.DELTA is frame.kind and frame.raw.endswith(b"\n\n") for frame in deltas)


def test_a_long_text_grows_before_the_eyes_of_its_reader() -> None:
    """
    It is cut into pieces.
    """
    message = {"role": "assistant", "content": "word " * 200}
    frames = disassemble(orjson.dumps(_answer([{"message": message, "finish_reason": "stop"}], None)))

    assert len(frames) > 10


_COMPLETIONS = st.lists(
    st.fixed_dictionaries(
        {"text": _TEXTS, "finish_reason": st.sampled_from(["stop", "length"])},
        optional={
            "logprobs": st.none()
            | st.just({"tokens": ["a"], "token_logprobs": [-1.5], "top_logprobs": [{"a": -1.5}]})
        },
    ),
    min_size=1,
    max_size=2,
)


@given(_COMPLETIONS, st.none() | st.just(_REPORT))
def test_a_completion_is_taken_apart_as_one(
    choices: list[dict[str, Any]], report: dict[str, Any] | None
) -> None:
    """
    Into pieces of text, and together again they are the same answer.
    """
    answer = {**_answer(choices, report), "object": "text_completion"}

    frames = disassemble(orjson.dumps(answer))

    chunks = [orjson.loads(data_of(frame.raw)) for frame in frames[:-1]]
    assert {"text_completion"} == {chunk["object"] for chunk in chunks}
    assert not any("delta" in choice for chunk in chunks for choice in chunk["choices"])
    assert answer == _assembled(frames)


def test_a_message_with_a_text_beside_it_is_a_message() -> None:
    """
    As servers send it that say everything twice.
    """
    message = {"role": "assistant", "content": "Hello"}
    answer = _answer([{"message": message, "text": "", "finish_reason": "stop"}], None)

    assert message == _assembled(disassemble(orjson.dumps(answer)))["choices"][0]["message"]
