"""Facts about the simulator as the official OpenAI SDK sees it."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.server import Simulator
from gateway.simulator.settings import SimulatorSettings

_MODEL = "deepseek-flash"
_ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Please use get_weather, 你好"}]
_TOOLS: list[ChatCompletionToolParam] = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
_NO_THINKING = {"thinking": {"type": "disabled"}}


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(SimulatorSettings(keys=("sk-right",))) as running:
        yield running


@pytest.fixture
async def sdk(simulator: Simulator) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="sk-right", base_url=simulator.base_url, max_retries=1) as client:
        yield client


async def test_the_sdk_chats(sdk: openai.AsyncOpenAI) -> None:
    """
    A whole answer has content, reasoning and usage where the SDK looks for them.
    """
    answer = await sdk.chat.completions.create(model=_MODEL, messages=_ASK)

    message, usage = answer.choices[0].message, answer.usage
    assert usage is not None
    assert "你好" in (message.content or "")
    assert message.model_extra is not None
    assert "你好" in message.model_extra["reasoning_content"]
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens_details is not None
    assert 0 < (usage.completion_tokens_details.reasoning_tokens or 0) < usage.completion_tokens


async def test_the_sdk_streams_thoughts_and_words(sdk: openai.AsyncOpenAI) -> None:
    """
    Deltas of reasoning come before deltas of content, and the last chunk has the usage.
    """
    stream = await sdk.chat.completions.create(
        model=f"{_MODEL}[[sim:echo]]", messages=_ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]

    deltas = [chunk.choices[0].delta for chunk in chunks]
    thoughts = [(delta.model_extra or {}).get("reasoning_content") or "" for delta in deltas]
    words = [delta.content or "" for delta in deltas]
    assert ["Please use get_weather, 你好"] * 2 == ["".join(thoughts), "".join(words)]
    assert max(place for place, it in enumerate(thoughts) if it) < min(
        place for place, it in enumerate(words) if it
    )
    assert [None] * (len(chunks) - 1) == [chunk.usage for chunk in chunks[:-1]]
    assert chunks[-1].usage is not None


async def test_the_sdk_goes_through_a_tool_call(sdk: openai.AsyncOpenAI) -> None:
    """
    Streamed fragments join to a call; its result is answered once the reasoning is passed back.
    """
    stream = await sdk.chat.completions.create(model=_MODEL, messages=_ASK, tools=_TOOLS, stream=True)
    identity = arguments = ""
    async for chunk in stream:
        for call in chunk.choices[0].delta.tool_calls or ():
            identity += call.id or ""
            arguments += (call.function.arguments or "") if call.function else ""
    turn: ChatCompletionMessageParam = {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"id": identity, "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
        ],
    }
    result: ChatCompletionMessageParam = {"role": "tool", "tool_call_id": identity, "content": "18 degrees"}
    with_reasoning = cast("ChatCompletionMessageParam", {**turn, "reasoning_content": " "})

    answer = await sdk.chat.completions.create(
        model=_MODEL, messages=[*_ASK, with_reasoning, result], tools=_TOOLS
    )

    assert '{"city":"Please use get_weather, 你好"}' == arguments
    assert "18 degrees" in (answer.choices[0].message.content or "")
    with pytest.raises(openai.BadRequestError, match="must be passed back"):
        await sdk.chat.completions.create(model=_MODEL, messages=[*_ASK, turn, result], tools=_TOOLS)


async def test_the_sdk_retries_a_busy_server(simulator: Simulator, sdk: openai.AsyncOpenAI) -> None:
    """
    A 503 with retry-after is tried again and then answered.
    """
    simulator.next(Misbehaviour(status=503, headers={"retry-after-ms": "1"}))

    await sdk.chat.completions.create(model=_MODEL, messages=_ASK, extra_body=_NO_THINKING)

    assert [503, 200] == [exchange.status for exchange in simulator.records]


@pytest.mark.parametrize(
    ("behaviour", "raised"),
    [
        (Misbehaviour(status=402), openai.APIStatusError),
        (Misbehaviour(status=401), openai.AuthenticationError),
        (Misbehaviour(error="content"), openai.BadRequestError),
    ],
)
async def test_refusals_reach_the_sdk(
    simulator: Simulator, sdk: openai.AsyncOpenAI, behaviour: Misbehaviour, raised: type[openai.APIError]
) -> None:
    """
    Every refusal is the SDK's own exception.
    """
    simulator.next(behaviour)

    with pytest.raises(raised):
        await sdk.chat.completions.create(model=_MODEL, messages=_ASK)


@pytest.mark.parametrize("behaviour", [Misbehaviour(error_after=2), Misbehaviour(cut_after=2)])
async def test_a_broken_stream_raises_in_the_sdk(
    simulator: Simulator, sdk: openai.AsyncOpenAI, behaviour: Misbehaviour
) -> None:
    """
    An error event or a cut chunk is an exception after what had come.
    """
    simulator.next(behaviour)
    stream = await sdk.chat.completions.create(model=_MODEL, messages=_ASK, stream=True)

    with pytest.raises(openai.APIError):
        async for _ in stream:
            pass

    assert 2 == simulator.records[0].deltas_sent


async def test_a_cancelled_sdk_call_is_noticed(simulator: Simulator, sdk: openai.AsyncOpenAI) -> None:
    """
    Cancelling a whole answer in mid-generation stops the generation.
    """
    simulator.next(Misbehaviour(deltas=1000, delay_ms=2))
    call = asyncio.ensure_future(sdk.chat.completions.create(model=_MODEL, messages=_ASK))
    await simulator.until(lambda: bool(simulator.records) and simulator.records[0].completion_tokens > 1)

    call.cancel()
    exchange = await simulator.caller_left()

    assert exchange.caller_left
    await asyncio.gather(call, return_exceptions=True)
    assert call.cancelled()
