"""A caller asks, whole and streamed, and gets what the model made."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import CANARY, KEY, Answer, House, a_chat, a_house, a_request, listen
from tests.fakes.open_door import Caller

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DONE = b"data: [DONE]\n\n"
THINKING: dict[str, Any] = {"thinking": {"type": "enabled"}}
SILENT: dict[str, Any] = {"thinking": {"type": "disabled"}}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway before one simulator."""
    async with a_house(tmp_path_factory.mktemp("chat")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


async def test_a_whole_answer_is_what_the_model_made(house: House) -> None:
    """
    Content and reasoning come through as they were, in DeepSeek's shape.
    """
    house.simulator.next(Misbehaviour(text="Forty-two.", reasoning="Let me see"))

    answer = await house.chat(**THINKING)

    message = answer.document["choices"][0]["message"]
    assert 200 == answer.status
    assert {"role": "assistant", "content": "Forty-two.", "reasoning_content": "Let me see"} == message


async def test_a_stream_is_what_the_model_made(house: House) -> None:
    """
    The deltas together are the content and the reasoning, and [DONE] is the end of a whole body.
    """
    house.simulator.next(Misbehaviour(text="Forty-two, 你好.", reasoning="Let me see", delta_size=3))

    answer = await house.chat(stream=True, **THINKING)

    assert ("Forty-two, 你好.", "Let me see") == (answer.spoken(), answer.spoken("reasoning_content"))
    assert DONE == answer.events[-1]
    assert answer.is_whole


@pytest.mark.parametrize("asked", [{}, {"stream_options": {"include_usage": True}}])
async def test_usage_stands_on_the_last_content_chunk(house: House, asked: dict[str, Any]) -> None:
    """
    The chunk with the finish reason carries DeepSeek's usage, asked for or not.
    """
    answer = await house.chat(stream=True, **SILENT, **asked)

    *before, last = answer.chunks
    usage = last["usage"]
    assert "stop" == last["choices"][0]["finish_reason"]
    assert usage["prompt_tokens"] == usage["prompt_cache_hit_tokens"] + usage["prompt_cache_miss_tokens"]
    assert not any(chunk.get("usage") for chunk in before)


@pytest.mark.parametrize(
    "behaviour",
    [
        Misbehaviour(deltas=40),
        Misbehaviour(text='A "usage": {"x": 1} and \n\ndata: [DONE] in the text', delta_size=5),
        Misbehaviour(deltas=5, drip=0.0002),
        Misbehaviour(tool="get_weather"),
    ],
    ids=["plain", "text like a protocol", "byte by byte", "tool"],
)
async def test_the_events_of_deepseek_pass_untouched(house: House, behaviour: Misbehaviour) -> None:
    """
    What needs no change reaches the caller byte for byte, however it was cut on the way.
    """
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
    asked = {"stream_options": {"include_usage": True}}
    body = a_chat("Weather?", stream=True, tools=[tool], **SILENT, **asked)
    direct = await _ask_directly(house, body, behaviour)
    house.simulator.always(behaviour)

    through = await house.ask(body)

    assert _without_identity(direct, direct) == _without_identity(through, through)
    assert direct.body.count(b"\n\n") == through.body.count(b"\n\n")


async def test_a_whole_answer_of_deepseek_passes_untouched(house: House) -> None:
    """
    The JSON that DeepSeek wrote is the JSON that the caller reads, key order and all.
    """
    body = a_chat(**SILENT)
    direct = await _ask_directly(house, body)

    through = await house.ask(body)

    assert _without_identity(direct, direct) == _without_identity(through, through)


async def test_tool_calls_come_in_their_fragments(house: House) -> None:
    """
    The fragments of a tool call's arguments arrive one by one and make the arguments.
    """
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": _CITY}}
    house.simulator.next(Misbehaviour(tool="get_weather", delta_size=4))

    answer = await house.chat(stream=True, tools=[tool], **SILENT)

    parts = [
        call["function"]["arguments"]
        for chunk in answer.chunks
        for call in chunk["choices"][0]["delta"].get("tool_calls") or []
    ]
    assert len(parts) > 3
    assert '{"city":' == "".join(parts).replace(" ", "")[:8]
    assert "tool_calls" == answer.chunks[-1]["choices"][0]["finish_reason"]


@pytest.mark.parametrize(("stream", "kind"), [(False, "application/json"), (True, "text/event-stream")])
async def test_the_head_of_an_answer_says_who_gave_it(house: House, *, stream: bool, kind: str) -> None:
    """
    Every answer has its media type, a request id that the records know, and the upstream's name.
    """
    answer = await house.chat(stream=stream)

    record = await house.record()
    assert answer.headers["content-type"].startswith(kind)
    assert record["request_id"] == answer.headers["x-request-id"]
    assert "first" == answer.headers["x-gateway-upstream"]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions", "/beta/chat/completions"])
async def test_chat_is_served_under_every_base_of_deepseek(house: House, path: str) -> None:
    """
    A base URL with /v1 and one without it both work, and so does the one for prefix and strict tools.
    """
    answer = await house.ask(a_chat(), path=path)

    assert 200 == answer.status


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"bearer {KEY}"}, {"X-Api-Key": KEY}, {"API-KEY": KEY}], ids=str
)
async def test_a_key_is_found_in_each_of_three_headers(house: House, headers: dict[str, str]) -> None:
    """
    OpenAI's, Anthropic's and Azure's way to send a key all work.
    """
    answer = await house.ask(a_chat(), key=None, **headers)

    assert 200 == answer.status


@pytest.mark.parametrize("model", ["deepseek-flash", "deepseek-chat"])
async def test_an_alias_reaches_the_model_of_the_policy(house: House, model: str) -> None:
    """
    The upstream is asked by its own name for the model, and the record names the model, not the alias.
    """
    await house.chat(model=model)

    record = await house.record()
    assert "deepseek-flash" == house.simulator.records[0].request["model"]
    assert "deepseek-flash" == record["model"]


@pytest.mark.parametrize("path", ["/v1/models", "/models"])
async def test_the_models_of_a_caller_are_listed(house: House, path: str) -> None:
    """
    A caller sees the names it may use, aliases included.
    """
    answer = await house.get(path, key=KEY)

    assert ["deepseek-flash", "deepseek-chat"] == [model["id"] for model in answer.document["data"]]


async def test_the_upstream_gets_our_credential_and_nothing_of_the_caller(house: House) -> None:
    """
    The caller's key and headers stay here; the upstream sees the gateway's own.
    """
    await house.ask(a_chat(), X_Secret="of the caller", Cookie="of the caller")

    headers = house.simulator.records[0].headers
    assert f"Bearer {CANARY}" == headers["authorization"]
    assert "1.1 deepseek-gateway" == headers["via"]
    assert "identity" == headers["accept-encoding"]
    assert {"x-secret", "cookie"}.isdisjoint(headers)
    assert KEY not in str(headers)


async def test_a_connection_serves_one_exchange_after_another(house: House) -> None:
    """
    Whole and streamed answers, good and refused ones, follow each other on one connection.
    """
    bodies = [a_chat(), a_chat(stream=True), b"{", a_chat(stream=True), a_chat()]
    statuses = []

    async with await house.call() as caller:
        for body in bodies:
            answer = await (await house.listening(caller, body)).rest()
            statuses.append((answer.status, answer.is_whole or bool(answer.body)))

    assert [(200, True), (200, True), (400, True), (200, True), (200, True)] == statuses


async def test_connections_to_the_upstream_are_used_again(house: House) -> None:
    """
    Exchanges that follow each other, streams too, share one upstream connection.
    """
    for stream in (True, False, True, False):
        await house.chat(stream=stream)

    assert {1} == {exchange.connection for exchange in house.simulator.records}


async def test_requests_sent_ahead_are_answered_in_their_order(house: House) -> None:
    """
    Pipelined requests wait for their turn.
    """
    async with await house.call() as caller:
        caller.say(b"".join(a_request(a_chat(f"[[sim:text=answer {number}]]")) for number in range(3)))
        heard = [(await (await listen(caller)).rest()).document for _ in range(3)]

    said = [document["choices"][0]["message"]["content"] for document in heard]
    assert ["answer 0", "answer 1", "answer 2"] == said


async def test_usage_of_an_exchange_is_recorded(house: House) -> None:
    """
    The record has the upstream's counts, whole and streamed alike.
    """
    counts = []

    for number, stream in enumerate((False, True)):
        answer = await house.chat(stream=stream)
        usage = (answer.chunks[-1] if stream else answer.document)["usage"]
        record = await house.record(number)
        counts.append((usage["completion_tokens"], record["completion_tokens"], record["measured"]))

    assert all(told == kept and measured for told, kept, measured in counts)
    assert counts[0][0] > 0


async def test_a_stream_is_passed_on_as_it_comes(house: House) -> None:
    """
    The first words are with the caller while the model still works on the others.
    """
    house.simulator.next(Misbehaviour(deltas=5, stall_after=2, stall=30))

    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(stream=True))
        while len(b"".join(listening.pieces).split(b"\n\n")) < 4:
            await listening.piece()

    exchange = await house.simulator.caller_left()
    assert 2 == exchange.deltas_sent


async def test_many_streams_at_once_are_each_whole(house: House) -> None:
    """
    Of 200 concurrent streams each caller gets its own answer, to the end.
    """
    texts = [f"the answer for caller number {number} " * 5 for number in range(200)]

    answers = await asyncio.gather(
        *(house.chat(f'[[sim:{{"text": "{text}"}}]]', stream=True, **SILENT) for text in texts)
    )

    assert texts == [answer.spoken() for answer in answers]
    assert all(answer.is_whole and answer.events[-1] == DONE for answer in answers)


_CITY = {"type": "object", "properties": {"city": {"type": "string"}}}


async def _ask_directly(house: House, body: object, behaviour: Misbehaviour | None = None) -> Answer:
    """Ask the simulator itself, which then forgets that it was asked."""
    house.simulator.always(behaviour or Misbehaviour())
    async with Caller(*await asyncio.open_connection("127.0.0.1", house.simulator.port)) as caller:
        caller.say(a_request(body))
        answer = await (await listen(caller)).rest()
    house.simulator.reset()
    return answer


def _without_identity(of: Answer, answer: Answer) -> bytes:
    """The body without what the simulator makes anew for every answer: its id and the second."""
    first = of.chunks[0] if of.body.startswith(b"data:") else of.document
    body = answer.body
    for own in (first["id"], first["id"].replace("-", "")[:24], str(first["created"])):
        body = body.replace(own.encode(), b"*")
    return body
