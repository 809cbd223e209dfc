"""What the official clients make of the gateway's answers, whole and streamed."""

import json

import pytest

from tests.sdk.client import Client
from tests.sdk.simulated import Simulated

pytestmark = pytest.mark.slow

_WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Say what the weather is like.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
            "required": ["city", "unit"],
        },
    },
}


def test_a_whole_answer_arrives_as_it_was_given(client: Client, simulator: Simulated) -> None:
    """
    Text, the reason for the end and the usage are those of the upstream.
    """
    simulator.next({"text": "Grüße, 世界!"})

    facts = client.do("chat")

    assert ("Grüße, 世界!", "stop") == (facts["text"], facts["finish"])
    assert _sum_of(facts["usage"]) == _total_of(facts["usage"]) > 0


def test_the_base_url_may_lack_its_version(client: Client, simulator: Simulated, gateway_url: str) -> None:
    """
    Apps that used DeepSeek's documented base URL have no `/v1` in it.
    """
    simulator.next({"text": "Found."})

    facts = client.do("chat", base_url=gateway_url)

    assert "Found." == facts["text"]


def test_a_stream_carries_the_same_text_in_many_chunks(client: Client, simulator: Simulated) -> None:
    """
    The deltas of a stream add up to the text of a whole answer, and it ends for the same reason.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})

    whole, streamed = client.do("chat"), client.do("stream")

    assert (whole["text"], whole["finish"]) == (streamed["text"], streamed["finish"])
    assert streamed["chunks"] > 3


def test_a_stream_tells_its_usage(client: Client, simulator: Simulated) -> None:
    """
    Who asks for the usage gets it, and the same as for a whole answer.
    """
    simulator.next({"text": "Counted words."}, {"text": "Counted words."})

    whole, streamed = client.do("chat"), client.do("stream")

    assert _total_of(whole["usage"]) == _total_of(streamed["usage"])
    if client.shows_wire_fields:
        assert streamed["usage_on_last"]
        assert {"prompt_cache_hit_tokens", "prompt_cache_miss_tokens"} <= set(streamed["usage"])


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_reasoning_comes_beside_the_answer(client: Client, simulator: Simulated, act: str) -> None:
    """
    A thinking model's reasoning keeps DeepSeek's field, `reasoning_content`.
    """
    simulator.next({"reasoning": "Let me see.", "text": "Done."})

    facts = client.do(act, model="deepseek-reasoner")

    assert ("Let me see.", "Done.") == (facts["reasoning"], facts["text"])


@pytest.mark.parametrize("switch", ["enabled", "disabled"])
def test_thinking_is_switched_by_the_caller(client: Client, simulator: Simulated, switch: str) -> None:
    """
    `thinking` reaches the upstream, whatever the model's name suggests.
    """
    options = {"extra_body": {"thinking": {"type": switch}}}

    facts = client.do("chat", model="deepseek-flash", options=options)

    assert (switch == "enabled") == bool(facts["reasoning"])
    assert {"type": switch} == json.loads(simulator.exchanges()[0]["body"])["thinking"]


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_a_loop_of_tools_comes_to_its_end(client: Client, simulator: Simulated, act: str) -> None:
    """
    The model calls a tool, the caller hands in the result, the model answers.
    """
    question = "Please use get_weather for Paris."

    asked = client.do(act, question, options={"tools": [_WEATHER]})
    call = asked["calls"][0]
    told = client.do(
        act, messages=_with_result(question, call, "Sunny, 21 degrees"), options={"tools": [_WEATHER]}
    )

    assert ("tool_calls", "get_weather") == (asked["finish"], call["name"])
    assert {"city", "unit"} == set(json.loads(call["arguments"]))
    assert "Sunny, 21 degrees" in told["text"]
    assert 2 == len(simulator.exchanges())


def test_the_arguments_of_a_call_are_streamed_in_fragments(client: Client, simulator: Simulated) -> None:
    """
    A call's arguments come piece by piece and add up to those of a whole answer.
    """
    question, options = "Please use get_weather for Paris.", {"tools": [_WEATHER]}

    whole, streamed = (
        client.do("chat", question, options=options),
        client.do("stream", question, options=options),
    )

    assert json.loads(whole["calls"][0]["arguments"]) == json.loads(streamed["calls"][0]["arguments"])
    assert streamed["chunks"] > 3
    assert [True, True] == [json.loads(seen["body"])["tools"] == [_WEATHER] for seen in simulator.exchanges()]


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_a_thinking_model_gets_its_reasoning_back(client: Client, simulator: Simulated, act: str) -> None:
    """
    DeepSeek wants the reasoning of a turn that called tools back, and the gateway hands it on unchanged.

    LangChain drops it on its way, and is given it out of what the gateway remembers.
    """
    question = "Please use get_weather for Paris."
    options = {"tools": [_WEATHER], "extra_body": {"thinking": {"type": "enabled"}}}

    asked = client.do(act, question, options=options)
    messages = _with_result(question, asked["calls"][0], "Rain", reasoning=asked["reasoning"])
    told = client.do(act, messages=messages, options=options)

    given_back = json.loads(simulator.exchanges()[1]["body"])["messages"][1]["reasoning_content"]
    assert asked["reasoning"]
    assert asked["reasoning"] == given_back
    assert "Rain" in told["text"]


@pytest.mark.parametrize("act", ["chat", "stream"])
def test_an_answer_may_be_asked_for_by_a_schema(client: Client, simulator: Simulated, act: str) -> None:
    """
    `parse()` and its likes send one; hosted DeepSeek, which knows none, is told it in words.
    """
    simulator.next({"text": '{"city": "Paris"}'})
    described = {"name": "place", "schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
    options = {"extra_body": {"response_format": {"type": "json_schema", "json_schema": described}}}

    facts = client.do(act, "Where is the Louvre?", options=options)

    assert {"city": "Paris"} == json.loads(facts["text"])
    assert '"city"' in json.loads(simulator.exchanges()[0]["body"])["messages"][0]["content"]


def test_the_models_are_those_of_this_caller(client: Client, simulator: Simulated) -> None:
    """
    The list has the demo's models, the retired names among them, and asks no upstream.
    """
    if not client.shows_wire_fields:
        # ChatDeepSeek has no call for it.
        return

    facts = client.do("models")

    assert {"deepseek-flash", "deepseek-v4-pro", "deepseek-chat", "deepseek-reasoner"} <= set(facts["models"])
    assert [] == simulator.exchanges()


def _with_result(
    question: str, call: dict[str, str], result: str, *, reasoning: str = ""
) -> list[dict[str, object]]:
    turn: dict[str, object] = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": call["id"],
                "type": "function",
                "function": {"name": call["name"], "arguments": call["arguments"]},
            }
        ],
    }
    return [
        {"role": "user", "content": question},
        turn | ({"reasoning_content": reasoning} if reasoning else {}),
        {"role": "tool", "tool_call_id": call["id"], "content": result},
    ]


def _total_of(usage: dict[str, int]) -> int:
    return usage["total_tokens"]


def _sum_of(usage: dict[str, int]) -> int:
    spent = [
        usage.get(name) for name in ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")
    ]
    return sum(tokens for tokens in spent if tokens is not None)


def test_a_gap_is_filled_whole_and_in_pieces(client: Client, simulator: Simulated) -> None:
    """
    The model is asked with both sides of the gap; what comes is the same either way.
    """
    text = "One two three, четыре, 五 six."
    simulator.next({"text": text}, {"text": text})
    options = {"suffix": "return a + b", "max_tokens": 99}

    whole = client.do("fill", "def add(", options=options)
    streamed = client.do("fill_slowly", "def add(", options=options)

    asked = [json.loads(exchange["body"]) for exchange in simulator.exchanges()]
    assert [("def add(", "return a + b", 99)] * 2 == [
        (one["prompt"], one["suffix"], one["max_tokens"]) for one in asked
    ]
    assert (text, "stop") == (whole["text"], whole["finish"]) == (streamed["text"], streamed["finish"])
    assert streamed["chunks"] > 3
