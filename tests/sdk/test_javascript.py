"""What Vercel's AI SDK and LangChain for JavaScript make of the gateway's answers and refusals."""

import json
from collections.abc import Iterator

import pytest

from tests.sdk.client import Client, driven
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=["ai-sdk-deepseek", "ai-sdk-compatible", "langchain-js"])
def agent(request: pytest.FixtureRequest, gateway_url: str) -> Iterator[Client]:
    """Run each of them in turn."""
    with driven(request.param, f"{gateway_url}/v1") as running:
        yield running


def test_a_stream_says_what_a_whole_answer_says(agent: Client, simulator: Simulated) -> None:
    """
    Text, the reason for the end and the usage.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})

    whole, streamed = agent.do("chat"), agent.do("stream")

    assert (text, "stop") == (whole["text"], whole["finish"]) == (streamed["text"], streamed["finish"])
    assert 0 < whole["tokens"] == streamed["tokens"]
    assert streamed["chunks"] > 3


def test_a_loop_of_tools_comes_to_its_end(agent: Client, simulator: Simulated) -> None:
    """
    The model calls a tool, its result goes back, the model answers.
    """
    facts = agent.do("tools", "Please use get_weather for Paris.")

    assert 2 == facts["steps"] == len(simulator.exchanges())
    assert "Sunny, 21 degrees" in facts["text"]


def test_an_answer_has_the_shape_that_was_asked_for(agent: Client, simulator: Simulated) -> None:
    """
    The schema reaches hosted DeepSeek in words, and what comes back is read.
    """
    simulator.next({"text": '{"city": "Paris"}'})

    facts = agent.do("place", "Where is the Louvre?")

    assert {"city": "Paris"} == facts["found"]
    assert '"city"' in json.loads(simulator.exchanges()[0]["body"])["messages"][0]["content"]


@pytest.mark.parametrize(
    ("order", "expected", "words"),
    [
        ({"api_key": "sk-nobody-knows-this-one"}, (401, "invalid_credential"), "The API key is not valid."),
        ({"model": "no-such-model"}, (404, "model_not_found"), "GET /v1/models lists the models"),
        ({"text": "[[sim:status=402]]"}, (503, "upstream_balance_exhausted"), "has to top it up."),
    ],
)
def test_a_refusal_keeps_its_code(
    agent: Client, order: dict[str, str], expected: tuple[int, str], words: str
) -> None:
    """
    And our words for people, whole and streamed.
    """
    errors = [agent.do(act, **order)["error"] for act in ("chat", "stream")]

    assert [expected] * 2 == [(error["status"], error["code"]) for error in errors]
    assert all(words in error["message"] for error in errors)


def test_an_overload_that_lasts_is_repeated_by_the_client(agent: Client, simulator: Simulated) -> None:
    """
    When the gateway has given up, 503 lets it try once more.
    """
    simulator.next(*[{"status": 503}] * 3, {"text": "At last."})

    facts = agent.do("chat", retries=1)

    assert "At last." == facts["text"]
    assert [503, 503, 503, 200] == [exchange["status"] for exchange in simulator.exchanges()]


def test_a_break_in_mid_stream_is_an_error(agent: Client, simulator: Simulated) -> None:
    """
    The reason is told after the part that came, and nothing is asked again.
    """
    simulator.next({"deltas": 20, "cut_after": 5})

    facts = agent.do("stream", retries=2)

    assert " w0 w1 w2 w3 w4" == facts["text"]
    assert "broke off its answer" in facts["error"]["message"]
    assert 1 == len(simulator.exchanges())


def test_one_who_leaves_ends_the_generation(agent: Client, simulator: Simulated) -> None:
    """
    Within a second.
    """
    simulator.next({"deltas": 1000, "delay_ms": 20})

    agent.do("stream", leave_after=5)
    exchange = simulator.ended()

    assert "caller_left" == exchange["ending"]
    assert exchange["deltas_sent"] <= 5 + 50 + 25
