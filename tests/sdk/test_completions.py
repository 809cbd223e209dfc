"""What OpenAI's own SDK and code editors make of completions: answers, streams, gaps, errors, leaving."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.fakes.processes import DEMO_KEY
from tests.fakes.sealing import CARD, EMAIL
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

BEFORE = f"# owner: {EMAIL}\ndef pay(card='{CARD}'):\n    "
BEHIND = f"\n\npay()  # asks {EMAIL}\n"
GAP: Any = {"model": "deepseek-chat", "prompt": "def add(", "suffix": "return a + b", "max_tokens": 64}


@pytest.fixture(params=["/v1", "", "/beta"], ids=["v1", "bare", "deepseeks-beta"])
def client(request: pytest.FixtureRequest, gateway_url: str) -> Iterator[openai.OpenAI]:
    """The SDK at each of the base URLs that apps have."""
    with openai.OpenAI(
        base_url=gateway_url + request.param, api_key=DEMO_KEY, max_retries=0, timeout=30
    ) as one:
        yield one


def test_a_whole_completion(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    Text, how it ended, what it cost, and the request's id where the SDK looks for it.
    """
    simulator.next({"text": "a, b):\n    "})

    answer = client.completions.create(**GAP)

    (exchange,) = simulator.exchanges()
    sent = json.loads(exchange["body"])
    assert ("text_completion", "a, b):\n    ", "stop") == (
        answer.object,
        answer.choices[0].text,
        answer.choices[0].finish_reason,
    )
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert (answer._request_id or "").startswith("req_")
    assert ("/beta/completions", "def add(", "return a + b") == (
        exchange["path"],
        sent["prompt"],
        sent["suffix"],
    )


def test_a_stream_is_the_same_completion(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    In many pieces, each with a choice; the last one tells the usage.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})

    whole = client.completions.create(**GAP)
    chunks = list(client.completions.create(**GAP, stream=True, stream_options={"include_usage": True}))

    assert text == whole.choices[0].text == "".join(chunk.choices[0].text for chunk in chunks)
    assert len(chunks) > 3
    assert whole.choices[0].finish_reason == chunks[-1].choices[0].finish_reason
    assert whole.usage is not None
    assert chunks[-1].usage is not None
    assert whole.usage.total_tokens == chunks[-1].usage.total_tokens


@pytest.mark.parametrize("stream", [False, True])
def test_private_data_on_both_sides_of_the_gap(
    client: openai.OpenAI, simulator: Simulated, *, stream: bool
) -> None:
    """
    The model sees placeholders, a character at a time comes back what they stand for.
    """
    simulator.next({"echo": True, "delta_size": 1})

    asked: Any = GAP | {"prompt": BEFORE, "suffix": BEHIND, "max_tokens": 2_000, "stream": stream}
    answer: Any = client.completions.create(**asked)

    said = "".join(chunk.choices[0].text for chunk in answer) if stream else answer.choices[0].text
    (exchange,) = simulator.exchanges()
    assert BEFORE + BEHIND == said
    assert not any(value in exchange["body"] for value in (EMAIL, CARD))


def test_logprobs_and_echo(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    As the SDK's types have them.
    """
    simulator.next({"text": "b"})

    choice = client.completions.create(**GAP | {"suffix": None}, logprobs=2, echo=True).choices[0]

    assert "def add(b" == choice.text
    assert choice.logprobs is not None
    assert ["def add(", "b"] == choice.logprobs.tokens
    assert [0, 8] == choice.logprobs.text_offset


@pytest.mark.parametrize(
    ("fields", "kind", "param"),
    [
        ({"model": "nobody"}, openai.NotFoundError, "model"),
        ({"prompt": ["a", "b"]}, openai.BadRequestError, "prompt"),
        ({"prompt": [1, 2]}, openai.BadRequestError, "prompt"),
        ({"n": 2}, openai.BadRequestError, "n"),
        ({"best_of": 2}, openai.BadRequestError, "best_of"),
    ],
)
def test_a_refusal_is_the_sdks_own_error(
    client: openai.OpenAI, simulator: Simulated, fields: dict[str, Any], kind: type[Exception], param: str
) -> None:
    """
    Of the class that apps catch, with the field that has to change.
    """
    with pytest.raises(kind) as refused:
        client.completions.create(**GAP | fields)

    assert param == getattr(refused.value, "param", None)
    assert [] == simulator.exchanges()


def test_a_stream_that_breaks_is_an_error(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    And what came before it is heard.
    """
    simulator.next({"deltas": 9, "delay_ms": 5, "cut_after": 4})
    heard: list[str] = []

    with pytest.raises(openai.APIError) as broken:
        heard.extend(chunk.choices[0].text for chunk in client.completions.create(**GAP, stream=True))

    assert "upstream_broke" == getattr(broken.value, "code", None)
    assert heard


def test_who_closes_a_stream_stops_the_model(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    As an editor does when the next key is pressed.
    """
    simulator.next({"deltas": 2_000, "delay_ms": 20})

    stream = client.completions.create(**GAP, stream=True)
    next(iter(stream))
    stream.close()

    assert "caller_left" == simulator.ended()["ending"]


_CONTINUE = {
    "model": "deepseek-flash",
    "prompt": "def add(",
    "suffix": "return a + b",
    "max_tokens": 4_096,
    "temperature": 0.01,
    "stop": ["/src/", "#- coding: utf-8", "```", "\ndef "],
    "stream": True,
}
_TABBY = {
    "model": "deepseek-flash",
    "prompt": "def add(",
    "suffix": "return a + b",
    "max_tokens": 64,
    "temperature": 0.1,
    "stream": True,
    "presence_penalty": 0.0,
}
_MINUET = {
    "model": "deepseek-flash",
    "prompt": "-- language: lua\nlocal x = ",
    "suffix": "",
    "stream": True,
    "max_tokens": 256,
    "top_p": 0.9,
}


@pytest.mark.parametrize(
    ("path", "body"),
    [("/beta/completions", _CONTINUE), ("/beta/completions", _TABBY), ("/v1/completions", _MINUET)],
    ids=["continue", "tabby", "minuet"],
)
def test_what_an_editor_sends_gets_what_it_reads(
    gateway_url: str, simulator: Simulated, path: str, body: dict[str, Any]
) -> None:
    """
    Editors read the first choice of every event, unasked: a chunk without one would end them.
    """
    simulator.next({"text": "a, b):"})

    answer = httpx2.post(
        gateway_url + path,
        json=body,
        headers={"authorization": f"Bearer {DEMO_KEY}", "accept": "application/json"},
        trust_env=False,
    )

    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    assert "a, b):" == "".join(event["choices"][0]["text"] for event in events)
    assert "stop" == events[-1]["choices"][0]["finish_reason"]
    assert answer.text.endswith("data: [DONE]\n\n")
