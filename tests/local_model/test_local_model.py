"""
The gateway in front of `transformers serve` with a model of DeepSeek's architecture.

The server refuses unknown fields, never sends [DONE], and does not notice
when the caller of a whole answer leaves: all of it is hidden from callers.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.processes import DEMO_KEY, a_gateway

pytestmark = pytest.mark.long

# Generating so many tokens takes far longer than any test waits.
_ENDLESS = 16_000


@pytest.fixture
def caller(gateway_url: str) -> Iterator[httpx2.Client]:
    """Call the gateway as the demo tenant."""
    with httpx2.Client(
        base_url=gateway_url, headers={"authorization": f"Bearer {DEMO_KEY}"}, timeout=60, trust_env=False
    ) as client:
        yield client


def test_a_whole_answer_comes_from_the_local_model(caller: httpx2.Client) -> None:
    """
    A whole answer names its upstream and has text and usage, though its parts came as a stream.
    """
    answer = caller.post("/v1/chat/completions", json=_request(max_tokens=24))
    document = answer.json()

    assert (200, "local") == (answer.status_code, answer.headers["x-gateway-upstream"])
    assert "chat.completion" == document["object"]
    assert document["choices"][0]["message"]["content"]
    assert "length" == document["choices"][0]["finish_reason"]
    assert 24 == document["usage"]["completion_tokens"]


def test_a_stream_has_the_shape_of_deepseek(caller: httpx2.Client) -> None:
    """
    The usage stands on the last chunk with content, and [DONE] ends the stream.
    """
    with caller.stream("POST", "/v1/chat/completions", json=_request(max_tokens=24, stream=True)) as answer:
        events = _events(answer)

    last = json.loads(events[-2])
    assert "local" == answer.headers["x-gateway-upstream"]
    assert "[DONE]" == events[-1]
    assert ("length", 24) == (last["choices"][0]["finish_reason"], last["usage"]["completion_tokens"])
    assert {"prompt_cache_hit_tokens", "prompt_cache_miss_tokens"} <= set(last["usage"])


def test_whole_and_streamed_say_the_same(caller: httpx2.Client) -> None:
    """
    The same question gets the same words in both forms; the model is deterministic.
    """
    whole = caller.post("/v1/chat/completions", json=_request(max_tokens=40)).json()
    with caller.stream("POST", "/v1/chat/completions", json=_request(max_tokens=40, stream=True)) as answer:
        deltas = [
            choice["delta"] for event in _events(answer)[:-1] for choice in json.loads(event)["choices"]
        ]

    assert whole["choices"][0]["message"]["content"] == "".join(
        delta.get("content") or "" for delta in deltas
    )


def test_options_of_deepseek_are_no_error(caller: httpx2.Client) -> None:
    """
    Fields that this server would refuse with 422 do not reach it.
    """
    options = {"thinking": {"type": "disabled"}, "user_id": "someone", "stream_options": None, "top_k": 5}

    answer = caller.post("/v1/chat/completions", json=_request(max_tokens=4) | options)

    assert 200 == answer.status_code


def test_an_error_of_the_server_has_the_shape_of_openai(model_server: str, tmp_path: Path) -> None:
    """
    A server that knows no model of the configured name says so in its own way; callers get ours.
    """
    settings = {
        "LOCAL_BASE_URL": f"{model_server}/v1",
        "LOCAL_KIND": "transformers",
        "LOCAL_MODEL": "another",
    }
    with a_gateway(tmp_path, **settings) as url:
        answer = httpx2.post(
            f"{url}/v1/chat/completions",
            json=_request(max_tokens=4),
            headers={"authorization": f"Bearer {DEMO_KEY}"},
            trust_env=False,
        )

    assert (502, "upstream_misconfigured") == (answer.status_code, answer.json()["error"]["code"])
    assert "false" == answer.headers["x-should-retry"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_one_who_leaves_frees_the_model(caller: httpx2.Client, stream: bool) -> None:  # noqa: FBT001
    """
    The server answers one call after another, so the next caller is quick only if the first was cancelled.
    """
    with pytest.raises(httpx2.ReadTimeout):
        # No read of a whole answer ends in time; of a stream, no pause is that long.
        _read_for(caller, _request(max_tokens=_ENDLESS, stream=stream), seconds=1.5)
    left_at = time.monotonic()

    answer = caller.post("/v1/chat/completions", json=_request(max_tokens=1))

    assert 200 == answer.status_code
    # One second to cancel, one more for the answer itself on a busy machine.
    assert time.monotonic() - left_at < 2.0


_TEXT = {"model": "deepseek-flash", "prompt": "def add(", "max_tokens": 24}


def test_a_text_is_gone_on_with(caller: httpx2.Client) -> None:
    """
    Whole and streamed the same, at the server's own path for completions.
    """
    whole = caller.post("/v1/completions", json=_TEXT)
    with caller.stream("POST", "/beta/completions", json=_TEXT | {"stream": True}) as answer:
        events = _events(answer)

    chunks = [json.loads(event) for event in events[:-1]]
    document = whole.json()
    assert (200, "local") == (whole.status_code, whole.headers["x-gateway-upstream"])
    assert ("text_completion", "length") == (document["object"], document["choices"][0]["finish_reason"])
    assert document["choices"][0]["text"] == "".join(chunk["choices"][0]["text"] for chunk in chunks) != ""
    assert 24 == document["usage"]["completion_tokens"] == chunks[-1]["usage"]["completion_tokens"]
    assert "[DONE]" == events[-1]


def test_a_gap_is_not_filled_by_a_server_that_cannot(caller: httpx2.Client) -> None:
    """
    It would put the suffix behind its text without a word.
    """
    answer = caller.post("/v1/completions", json=_TEXT | {"suffix": "return a + b"})

    assert (400, "suffix") == (answer.status_code, answer.json()["error"]["param"])


def _request(*, max_tokens: int, stream: bool = False) -> dict[str, Any]:
    question = {"role": "user", "content": "Hello, who are you?"}
    return {"model": "deepseek-chat", "messages": [question], "max_tokens": max_tokens, "stream": stream}


def _read_for(caller: httpx2.Client, request: dict[str, Any], *, seconds: float) -> None:
    """Leave after so many seconds, whatever has come by then."""
    deadline = time.monotonic() + seconds
    with caller.stream("POST", "/v1/chat/completions", json=request, timeout=seconds) as answer:
        for _ in answer.iter_raw():
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("time to leave")


def _events(answer: httpx2.Response) -> list[str]:
    return [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
