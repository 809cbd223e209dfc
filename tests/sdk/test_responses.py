"""What OpenAI's own SDK makes of responses: answers, streams, functions, shapes, errors, leaving."""

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.fakes.processes import DEMO_KEY
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "Say what the weather is like.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city", "unit"],
    },
    "strict": False,
}


class Weather(BaseModel):
    """What a model is to fill in."""

    city: str
    degrees: int


@pytest.fixture(params=["/v1", ""], ids=["v1", "deepseeks-base"])
def client(request: pytest.FixtureRequest, gateway_url: str) -> Iterator[openai.OpenAI]:
    """The SDK at each of the base URLs that apps have."""
    with openai.OpenAI(
        base_url=gateway_url + request.param, api_key=DEMO_KEY, max_retries=0, timeout=30
    ) as one:
        yield one


def test_a_whole_response(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    Text, how it ended, what it cost, and the request's id where the SDK looks for it.
    """
    simulator.next({"text": "Grüße, 世界!"})

    response = client.responses.create(
        model="deepseek-chat", instructions="S", input="Hello!", metadata={"a": "b"}
    )

    assert ("Grüße, 世界!", "completed") == (response.output_text, response.status)
    assert ("S", {"a": "b"}) == (response.instructions, response.metadata)
    assert response.to_dict()["store"] is False
    assert response.usage is not None
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert (response._request_id or "").startswith("req_")


def test_a_stream_is_the_same_response(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    In many pieces, gathered by the SDK.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})
    asked: Any = {"model": "deepseek-chat", "input": "Hello!"}

    whole = client.responses.create(**asked)
    with client.responses.stream(**asked) as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        streamed = stream.get_final_response()

    assert text == "".join(pieces) == streamed.output_text == whole.output_text
    assert len(pieces) > 3
    assert whole.usage is not None
    assert streamed.usage is not None
    assert (whole.status, whole.usage.total_tokens) == (streamed.status, streamed.usage.total_tokens)


def test_thoughts_are_items(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    Before what is said; as summaries to who asks for these. Effort none switches them off.
    """
    simulator.next(*[{"text": "42", "reasoning": "Six by nine."}] * 2)
    asked: Any = {"model": "deepseek-flash", "input": "Hello!"}

    plain = client.responses.create(reasoning={"effort": "high"}, **asked)
    with client.responses.stream(reasoning={"effort": "high", "summary": "auto"}, **asked) as stream:
        pieces = [event.delta for event in stream if event.type == "response.reasoning_summary_text.delta"]
        summed = stream.get_final_response()
    client.responses.create(reasoning={"effort": "none"}, **asked)

    for response in (plain, summed):
        assert ["reasoning", "message"] == [item.type for item in response.output]
    thought, summary = plain.output[0], summed.output[0]
    assert ["Six by nine."] == [part.text for part in getattr(thought, "content", [])]
    assert (
        "Six by nine." == "".join(pieces) == "".join([part.text for part in getattr(summary, "summary", [])])
    )
    sent = [json.loads(exchange["body"]).get("thinking") for exchange in simulator.exchanges()]
    assert [{"type": "enabled"}, {"type": "enabled"}, {"type": "disabled"}] == sent


def test_a_function_is_called_and_its_output_is_read(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    The round trip of an agent that keeps its own conversation, with the SDK's own items sent back.
    """
    simulator.next({"tool": "get_weather", "reasoning": "Look."})
    asked: Any = {"model": "deepseek-flash", "tools": [WEATHER], "store": False}
    items: list[Any] = [{"role": "user", "content": "Hello!"}]

    with client.responses.stream(input=items, **asked) as stream:
        called = stream.get_final_response()
    call = next(item for item in called.output if item.type == "function_call")
    items += [item.model_dump() for item in called.output]
    items += [{"type": "function_call_output", "call_id": call.call_id, "output": "Rain."}]
    answered = client.responses.create(input=items, **asked)

    assert ("get_weather", {"city", "unit"}) == (call.name, set(json.loads(call.arguments)))
    assert "completed" == answered.status
    sent = json.loads(simulator.exchanges()[1]["body"])["messages"]
    assert ["user", "assistant", "tool"] == [message["role"] for message in sent]
    assert ("Look.", call.call_id) == (sent[1]["reasoning_content"], sent[2]["tool_call_id"])


def test_a_shape_is_parsed(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    Whole and streamed, into the app's own class; JSON of any shape is served too.
    """
    simulator.next(*[{"text": '{"city": "Bern", "degrees": 7}'}] * 3)
    asked: Any = {"model": "deepseek-chat", "input": "As JSON, please."}

    parsed = client.responses.parse(text_format=Weather, **asked)
    with client.responses.stream(text_format=Weather, **asked) as stream:
        streamed = stream.get_final_response()
    of_any_shape = client.responses.create(text={"format": {"type": "json_object"}}, **asked)

    assert Weather(city="Bern", degrees=7) == parsed.output_parsed == streamed.output_parsed
    assert {"city": "Bern", "degrees": 7} == json.loads(of_any_shape.output_text)
    # Hosted DeepSeek is told the schema in words.
    assert "degrees" in simulator.exchanges()[0]["body"]


def test_an_answer_that_was_cut_is_incomplete(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    And says why.
    """
    simulator.next({"deltas": 50})

    response = client.responses.create(model="deepseek-chat", input="Hello!", max_output_tokens=3)

    assert response.incomplete_details is not None
    assert ("incomplete", "max_output_tokens") == (response.status, response.incomplete_details.reason)


@pytest.mark.parametrize(
    ("changes", "kind", "code", "param"),
    [
        ({"model": "nobody"}, openai.NotFoundError, "model_not_found", "model"),
        ({"input": []}, openai.BadRequestError, "invalid_request", "input"),
        (
            {"previous_response_id": "resp_1"},
            openai.BadRequestError,
            "invalid_request",
            "previous_response_id",
        ),
        ({"tools": [{"type": "web_search"}]}, openai.BadRequestError, "invalid_request", "tools[0].type"),
    ],
)
def test_a_refusal_is_the_sdks_own_error(
    client: openai.OpenAI, changes: dict[str, Any], kind: type[openai.APIStatusError], code: str, param: str
) -> None:
    """
    Of the class that apps catch, with the code that docs/errors.md explains.
    """
    asked: Any = {"model": "deepseek-chat", "input": "Hello!", **changes}

    with pytest.raises(kind) as caught:
        client.responses.create(**asked)

    assert (code, param) == (caught.value.code, caught.value.param)


def test_tokens_are_counted_beforehand(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    An estimate, without asking a model.
    """
    short = client.responses.input_tokens.count(model="deepseek-chat", input="Hello!")
    long = client.responses.input_tokens.count(model="deepseek-chat", input="word " * 500, tools=[WEATHER])

    assert 0 < short.input_tokens < long.input_tokens
    assert [] == simulator.exchanges()


def test_no_response_is_kept(client: openai.OpenAI) -> None:
    """
    Who asks for one later is told so.
    """
    with pytest.raises(openai.NotFoundError, match="No response and no conversation is kept"):
        client.responses.retrieve("resp_1")
    with pytest.raises(openai.NotFoundError, match="No response and no conversation is kept"):
        client.responses.delete("resp_1")


def test_an_upstream_that_fails_is_asked_again_by_the_sdk(gateway_url: str, simulator: Simulated) -> None:
    """
    It knows by the status that another try may help.
    """
    simulator.next(*[{"status": 500}] * 3, {"text": "Back."})
    client = openai.OpenAI(base_url=f"{gateway_url}/v1", api_key=DEMO_KEY, max_retries=3, timeout=30)

    response = client.responses.create(model="deepseek-chat", input="Hello!")

    assert "Back." == response.output_text


@pytest.mark.parametrize("helper", [False, True], ids=["create", "stream"])
def test_a_stream_that_breaks_raises(client: openai.OpenAI, simulator: Simulated, *, helper: bool) -> None:
    """
    Nobody takes half an answer for a whole one.
    """
    simulator.next({"deltas": 20, "cut_after": 5})
    asked: Any = {"model": "deepseek-chat", "input": "Hello!"}

    with pytest.raises(openai.APIError) as caught:  # noqa: PT012 - the two ways to read a stream
        if helper:
            with client.responses.stream(**asked) as stream:
                list(stream)
        else:
            list(client.responses.create(stream=True, **asked))

    assert "upstream_broke" == caught.value.code


def test_who_leaves_a_stream_stops_the_model(client: openai.OpenAI, simulator: Simulated) -> None:
    """
    As soon as the SDK closes it.
    """
    simulator.next({"deltas": 100_000, "delay_ms": 5})

    with client.responses.create(model="deepseek-chat", input="Hello!", stream=True) as stream:
        next(event for event in stream if event.type == "response.output_text.delta")

    assert "caller_left" == simulator.ended()["ending"]
