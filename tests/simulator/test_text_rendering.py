"""Facts about completions in DeepSeek's JSON."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from gateway.simulator.answer import compose
from gateway.simulator.completion import CompletionRequest
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.text_rendering import TextRenderer


def _renderer(**fields: Any) -> TextRenderer:
    request = CompletionRequest("deepseek-flash", "def f(", **fields)
    answer = compose(request.as_chat(), request.around, Misbehaviour(text="a, b):"))
    return TextRenderer(request, answer, identity=UUID(int=7), created=1_800_000_000)


def _chunks(renderer: TextRenderer) -> list[dict[str, Any]]:
    return [orjson.loads(event.data.removeprefix(b"data: ")) for event in renderer.stream()]


def _joined(lists: list[dict[str, Any]], name: str) -> list[Any]:
    return [one for logprobs in lists for one in logprobs[name]]


def test_a_whole_completion_looks_like_deepseeks() -> None:
    """
    A text where chat has a message.
    """
    document = orjson.loads(_renderer().whole())

    assert ("text_completion", str(UUID(int=7))) == (document["object"], document["id"])
    assert [{"index": 0, "text": "a, b):", "logprobs": None, "finish_reason": "stop"}] == document["choices"]
    assert document["usage"]["completion_tokens"] == 2


@pytest.mark.parametrize("fields", [{}, {"echo": True}, {"logprobs": 2}, {"echo": True, "logprobs": 0}])
def test_a_stream_says_the_same(fields: dict[str, Any]) -> None:
    """
    Piece by piece, with the usage beside the finish reason.
    """
    whole = orjson.loads(_renderer(**fields).whole())
    chunks = _chunks(_renderer(**fields))

    said = [chunk["choices"][0] for chunk in chunks]
    (choice,) = whole["choices"]
    assert choice["text"] == "".join(one["text"] for one in said)
    assert [None] * (len(said) - 1) + ["stop"] == [one["finish_reason"] for one in said]
    assert [False] * (len(said) - 1) + [True] == ["usage" in chunk for chunk in chunks]
    assert whole["usage"] == chunks[-1]["usage"]
    if "logprobs" in fields:
        told = [one["logprobs"] for one in said[:-1]]
        for name in ("tokens", "token_logprobs", "text_offset"):
            assert choice["logprobs"][name] == _joined(told, name)


def test_an_echo_comes_first_and_is_not_counted() -> None:
    """
    Nobody generated it.
    """
    plain, echoed = (list(_renderer(echo=echo).stream()) for echo in (False, True))

    assert "def f(" == orjson.loads(echoed[0].data[6:])["choices"][0]["text"]
    assert sum(event.deltas for event in plain) == sum(event.deltas for event in echoed)
    assert sum(event.tenths for event in plain) == sum(event.tenths for event in echoed)


def test_a_script_may_leave_the_usage_out() -> None:
    """
    As some servers do.
    """
    renderer = _renderer()

    assert "usage" not in orjson.loads(renderer.whole(with_usage=False))
    assert b"usage" not in list(renderer.stream(with_usage=False))[-1].data
