"""What callers of completions ask, as a chat request."""

from typing import Any

import pytest

from gateway.wire.completions.prompt import Prompt, prompt_of
from gateway.wire.completions.request import completion_request_of
from gateway.wire.invalid_request import InvalidRequest


def asked(**fields: Any) -> dict[str, Any]:
    """What is asked beyond model and prompt, of a request with these fields."""
    body = completion_request_of({"model": "m", "prompt": "def f(", **fields}).body
    return {name: value for name, value in body.items() if name not in ("model", "messages")}


@pytest.mark.parametrize("prompt", ["def f(", ["def f("]])
@pytest.mark.parametrize(
    ("suffix", "expected"),
    [({}, None), ({"suffix": None}, None), ({"suffix": ""}, None), ({"suffix": "x"}, "x")],
)
def test_a_prompt_is_one_text_with_what_stands_behind_the_gap(
    prompt: object, suffix: dict[str, Any], expected: str | None
) -> None:
    """
    In a list or not; where nothing stands behind it there is no gap.
    """
    request = completion_request_of({"model": "m", "prompt": prompt, **suffix})

    assert Prompt("def f(", expected) == prompt_of(request.body)
    assert ("m", False, False, False) == (
        request.model,
        request.stream,
        request.include_usage,
        request.is_plain,
    )


def test_an_empty_prompt_is_one() -> None:
    """
    As at the beginning of a file.
    """
    assert Prompt("", "x") == prompt_of(
        completion_request_of({"model": "m", "prompt": "", "suffix": "x"}).body
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"max_tokens": 5, "temperature": 0, "top_p": 0.5, "stop": ["\n\n"], "seed": 1},
        {"echo": True, "logprobs": 0},
        {"logprobs": 20, "user": "u", "a_later_field": [1]},
    ],
)
def test_settings_pass_as_they_are(fields: dict[str, Any]) -> None:
    """
    Also those of next month.
    """
    assert fields == asked(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1, "best_of": 1},
        {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        {"echo": None, "messages": None},
    ],
)
def test_what_asks_for_nothing_is_left_out(fields: dict[str, Any]) -> None:
    """
    One answer is what there is, and nobody thinks before they go on with a text.
    """
    assert {} == asked(**fields)


def test_a_stream_is_asked_for_as_at_chat() -> None:
    """
    With the same options.
    """
    request = completion_request_of(
        {"model": "m", "prompt": "x", "stream": True, "stream_options": {"include_usage": True}}
    )

    assert (True, True) == (request.stream, request.include_usage)


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"prompt": None}, "prompt", "has to be a text"),
        ({"prompt": []}, "prompt", "has to be a text"),
        ({"prompt": 5}, "prompt", "has to be a text"),
        ({"prompt": ["a", "b"]}, "prompt", "Ask once for each"),
        ({"prompt": [1, 2]}, "prompt", "Send it as a text"),
        ({"prompt": [[1, 2]]}, "prompt", "Send it as a text"),
        ({"suffix": ["x"]}, "suffix", "has to be a text"),
        ({"n": 2}, "n", "Ask once for each"),
        ({"n": True}, "n", "Ask once for each"),
        ({"best_of": 3}, "best_of", "Ask once for each"),
        ({"echo": "yes"}, "echo", "true or false"),
        ({"logprobs": True}, "logprobs", "from 0 to 20"),
        ({"logprobs": 21}, "logprobs", "from 0 to 20"),
        ({"max_tokens": 0}, "max_tokens", "at least 1"),
        ({"stop": [1]}, "stop[0]", "list of texts"),
        ({"stream_options": {"include_usage": 1}}, "stream_options.include_usage", "true or false"),
        ({"messages": []}, "messages", "POST /v1/chat/completions"),
        ({"tools": [{"type": "function"}]}, "tools", "POST /v1/chat/completions"),
        ({"model": ""}, "model", "GET /v1/models"),
    ],
)
def test_what_cannot_be_done_is_refused(fields: dict[str, Any], param: str, words: str) -> None:
    """
    With the field and the way out.
    """
    with pytest.raises(InvalidRequest) as refused:
        completion_request_of({"model": "m", "prompt": "x", **fields})

    assert (param, True) == (refused.value.param, words in refused.value.message)
