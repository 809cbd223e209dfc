"""What Anthropic's own SDK makes of the gateway: answers, streams, tools, thoughts, errors, leaving."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from tests.fakes.processes import DEMO_KEY
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

SEARCH: Any = {"type": "web_search_20250305", "name": "web_search"}
HELLO: Any = [{"role": "user", "content": "Hello!"}]
WEATHER: Any = {
    "name": "get_weather",
    "description": "Say what the weather is like.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city", "unit"],
    },
}


@pytest.fixture(params=["", "/anthropic"], ids=["root", "deepseeks-base"])
def client(request: pytest.FixtureRequest, gateway_url: str) -> Iterator[anthropic.Anthropic]:
    """The SDK at each of the base URLs that apps have."""
    with anthropic.Anthropic(
        base_url=gateway_url + request.param, api_key=DEMO_KEY, max_retries=0, timeout=30
    ) as one:
        yield one


def test_a_whole_message(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    Text, why it ended, what it cost, and the request's id where the SDK looks for it.
    """
    simulator.next({"text": "Grüße, 世界!"})

    message = client.messages.create(model="deepseek-chat", max_tokens=100, system="S", messages=HELLO)

    assert ["Grüße, 世界!"] == [getattr(block, "text", "") for block in message.content]
    assert ("end_turn", "assistant") == (message.stop_reason, message.role)
    assert message.usage.input_tokens > 0
    assert (message._request_id or "").startswith("req_")


def test_a_stream_is_the_same_message(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    In many pieces, and the SDK counts what it cost.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})
    asked: Any = {"model": "deepseek-chat", "max_tokens": 100, "messages": HELLO}

    whole = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        pieces = list(stream.text_stream)
        streamed = stream.get_final_message()

    assert text == "".join(pieces)
    assert len(pieces) > 3
    assert (whole.stop_reason, whole.usage.output_tokens, _prompt_of(whole)) == (
        streamed.stop_reason,
        streamed.usage.output_tokens,
        _prompt_of(streamed),
    )


def test_thoughts_are_blocks(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    Before what is said, whole and streamed.
    """
    simulator.next({"text": "42", "reasoning": "Six by nine."}, {"text": "42", "reasoning": "Six by nine."})
    asked: Any = {
        "model": "deepseek-flash",
        "max_tokens": 3_000,
        "messages": HELLO,
        "thinking": {"type": "enabled", "budget_tokens": 2_000},
    }

    whole = client.messages.create(**asked)
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()

    for message in (whole, streamed):
        assert ["thinking", "text"] == [block.type for block in message.content]
        assert "Six by nine." == getattr(message.content[0], "thinking", "")


def test_a_tool_is_called_and_its_result_is_read(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    The round trip of an agent, with the SDK's own blocks sent back.
    """
    simulator.next({"tool": "get_weather"})
    asked: Any = {"model": "deepseek-chat", "max_tokens": 500, "tools": [WEATHER]}

    with client.messages.stream(messages=HELLO, **asked) as stream:
        called = stream.get_final_message()
    use = next(block for block in called.content if block.type == "tool_use")
    result: Any = {"type": "tool_result", "tool_use_id": use.id, "content": "Rain."}
    turns: Any = [
        *HELLO,
        {"role": "assistant", "content": called.content},
        {"role": "user", "content": [result]},
    ]
    answered = client.messages.create(messages=turns, **asked)

    assert ("tool_use", "get_weather") == (called.stop_reason, use.name)
    assert {"city", "unit"} == set(use.input)
    assert "end_turn" == answered.stop_reason
    sent = json.loads(simulator.exchanges()[1]["body"])["messages"]
    assert ["user", "assistant", "tool"] == [message["role"] for message in sent]
    assert use.id == sent[2]["tool_call_id"]


def test_the_sdks_own_loop_of_tools_comes_to_its_end(
    client: anthropic.Anthropic, simulator: Simulated
) -> None:
    """
    It would rather leave the conversation to the server, and holds it itself when that refuses.
    """

    @anthropic.beta_tool
    def get_weather(city: str) -> str:
        """Say what the weather is like."""
        return f"Rain in {city}."

    simulator.next({"tool": "get_weather"})
    loop = client.beta.messages.tool_runner(
        model="deepseek-flash", max_tokens=100, messages=HELLO, tools=[get_weather]
    )

    answered = loop.until_done()

    assert "Rain in" in getattr(answered.content[-1], "text", "")
    sent = json.loads(simulator.exchanges()[1]["body"])["messages"]
    assert ["user", "assistant", "tool"] == [message["role"] for message in sent]


def test_tokens_are_counted_beforehand(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    An estimate, without asking a model.
    """
    short = client.messages.count_tokens(model="deepseek-chat", messages=HELLO)
    long = client.messages.count_tokens(
        model="deepseek-chat", messages=[{"role": "user", "content": "word " * 500}], tools=[WEATHER]
    )

    assert 0 < short.input_tokens < long.input_tokens
    assert [] == simulator.exchanges()


def test_models_are_listed(client: anthropic.Anthropic) -> None:
    """
    Those of the caller.
    """
    assert "deepseek-flash" in [model.id for model in client.models.list()]
    assert "deepseek-flash" == client.models.retrieve("deepseek-flash").id


def test_a_name_of_claudes_is_a_model_of_deepseeks(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    As at DeepSeek, for programs that know no other names.
    """
    message = client.messages.create(model="claude-opus-4-8", max_tokens=5, messages=HELLO)

    assert "deepseek-v4-pro" == message.model
    assert "deepseek-v4-pro" == json.loads(simulator.exchanges()[0]["body"])["model"]


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"model": "nobody"}, anthropic.NotFoundError, "model_not_found"),
        ({"messages": []}, anthropic.BadRequestError, "invalid_request"),
        (
            {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
            anthropic.BadRequestError,
            "invalid_request",
        ),
    ],
)
def test_a_refusal_is_the_sdks_own_error(
    client: anthropic.Anthropic, changes: dict[str, Any], kind: type[anthropic.APIStatusError], code: str
) -> None:
    """
    Of the class that apps catch, with the code that docs/errors.md explains.
    """
    asked: Any = {"model": "deepseek-chat", "max_tokens": 5, "messages": HELLO, **changes}

    with pytest.raises(kind) as caught:
        client.messages.create(**asked)

    body: Any = caught.value.body
    assert code == body["error"]["code"]
    assert caught.value.request_id == body["request_id"]


def test_a_wrong_key_is_an_authentication_error(gateway_url: str) -> None:
    """
    However the SDK's version sends it.
    """
    client = anthropic.Anthropic(base_url=gateway_url, api_key="sk-nobody-knows-this-one", max_retries=0)

    with pytest.raises(anthropic.AuthenticationError):
        client.messages.create(model="deepseek-chat", max_tokens=5, messages=HELLO)


def test_an_upstream_that_fails_is_asked_again_by_the_sdk(gateway_url: str, simulator: Simulated) -> None:
    """
    It knows by the status that another try may help.
    """
    simulator.next(*[{"status": 500}] * 3, {"text": "Back."})
    client = anthropic.Anthropic(base_url=gateway_url, api_key=DEMO_KEY, max_retries=3, timeout=30)

    message = client.messages.create(model="deepseek-chat", max_tokens=5, messages=HELLO)

    assert "Back." == getattr(message.content[0], "text", "")


def test_a_stream_that_breaks_raises(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    Nobody takes half an answer for a whole one.
    """
    simulator.next({"deltas": 20, "cut_after": 5})

    with (
        pytest.raises(anthropic.APIStatusError) as caught,
        client.messages.stream(model="deepseek-chat", max_tokens=100, messages=HELLO) as stream,
    ):
        list(stream)

    body: Any = caught.value.body
    assert "upstream_broke" == body["error"]["code"]


def test_who_leaves_a_stream_stops_the_model(client: anthropic.Anthropic, simulator: Simulated) -> None:
    """
    As soon as the SDK closes it.
    """
    simulator.next({"deltas": 100_000, "delay_ms": 5})

    with client.messages.stream(model="deepseek-chat", max_tokens=100, messages=HELLO) as stream:
        next(iter(stream.text_stream))

    assert "caller_left" == simulator.ended()["ending"]


def _prompt_of(message: Any) -> int:
    """The whole prompt: what the upstream knew already is counted apart."""
    return int(message.usage.input_tokens + message.usage.cache_read_input_tokens)
