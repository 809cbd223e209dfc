"""
Anthropic's Messages from end to end: another dialect on the same way.

What the way promises (private data, leavers, breaks, silence) it promises in
this dialect too.
"""

from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import Answer, House, a_request, listen, until
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PATH = "/v1/messages"
WITHIN_SECONDS = 1.0
NAME = "欧阳明慧"
ORIGINALS = (NAME, RESIDENT_ID, MOBILE, CARD, EMAIL)
QUESTION = f"您好，我叫{NAME}，身份证号是{RESIDENT_ID}，手机{MOBILE}，银行卡{CARD}，邮箱{EMAIL}，请核对。"
TOOL = {
    "name": "check_customer",
    "input_schema": {"type": "object", "properties": {"who": {"type": "string"}}},
}
BY_CHARACTER = Misbehaviour(echo=True, delta_size=1)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest_asyncio.fixture(loop_scope="module")
async def house(hiding_house: House) -> House:
    """The same, with nothing behind it."""
    hiding_house.begin_anew()
    return hiding_house


def a_message(text: str = "Hello", *, stream: bool = False, **fields: Any) -> dict[str, Any]:
    """The body of a request for a message."""
    messages = [{"role": "user", "content": text}]
    return {"model": "deepseek-flash", "max_tokens": 5_000, "messages": messages, "stream": stream} | fields


def events_of(answer: Answer) -> list[dict[str, Any]]:
    """The events of a stream, without signs of life."""
    parts = answer.body.decode().split("\n\n")
    events = [orjson.loads(part.split("\ndata: ")[1]) for part in parts if part.startswith("event: ")]
    return [event for event in events if event["type"] != "ping"]


def blocks_of(answer: Answer, *, stream: bool) -> dict[str, str]:
    """What an answer says in blocks of each type; of a call, what it is called with."""
    if not stream:
        return {block["type"]: _said(block) for block in answer.document["content"]}
    kinds: dict[int, str] = {}
    said: dict[str, str] = {}
    for event in events_of(answer):
        if event["type"] == "content_block_start":
            kinds[event["index"]] = event["content_block"]["type"]
        elif event["type"] == "content_block_delta" and event["delta"]["type"] != "signature_delta":
            kind, delta = kinds[event["index"]], event["delta"]
            said[kind] = said.get(kind, "") + next(text for name, text in delta.items() if name != "type")
    if "tool_use" in said:
        said["tool_use"] = orjson.dumps(orjson.loads(said["tool_use"])).decode()
    return said


def _said(block: dict[str, Any]) -> str:
    if block["type"] == "tool_use":
        return orjson.dumps(block["input"]).decode()
    return str(block[block["type"]])


def seen_by_the_model(house: House) -> str:
    """Everything that left."""
    return "".join(exchange.body.decode() for exchange in house.simulator.records)


@STREAMED
async def test_private_data_leaves_as_placeholders_and_comes_back(house: House, *, stream: bool) -> None:
    """
    In what the model says, thinks and calls a tool with.
    """
    house.simulator.always(BY_CHARACTER)
    question = f'check_customer: "{QUESTION}"'

    said = await house.ask(a_message(QUESTION, stream=stream, thinking={"type": "enabled"}), path=PATH)
    called = await house.ask(a_message(question, stream=stream, tools=[TOOL]), path=PATH)

    assert {"thinking": QUESTION, "text": QUESTION} == blocks_of(said, stream=stream)
    assert {"who": question} == orjson.loads(blocks_of(called, stream=stream)["tool_use"])
    assert (True, True) == (said.is_whole, called.is_whole)
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


async def test_private_data_is_found_wherever_a_request_has_it(house: House) -> None:
    """
    In what the system says, in blocks, in calls, and in what tools gave.
    """
    call = {"type": "tool_use", "id": "call_1", "name": "check_customer", "input": {"who": NAME + MOBILE}}
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": QUESTION}]}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": QUESTION, "signature": "x"}, call],
        },
        {"role": "user", "content": [result]},
    ]

    answer = await house.ask(
        a_message(messages=messages, system=[{"type": "text", "text": QUESTION}], tools=[TOOL]), path=PATH
    )

    assert 200 == answer.status
    sent = house.simulator.records[0].request["messages"]
    assert ["system", "user", "assistant", "tool"] == [message["role"] for message in sent]
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


@STREAMED
async def test_a_caller_who_leaves_stops_the_model(house: House, *, stream: bool) -> None:
    """
    Within a second, as at the other protocol.
    """
    house.simulator.always(Misbehaviour(deltas=200_000, delta_size=100, delay_ms=2))

    async with await house.call() as caller:
        caller.say(a_request(a_message(stream=stream), path=PATH))
        if stream:
            listening = await listen(caller)
            assert 200 == listening.status
        else:
            await until(lambda: len(house.simulator.records) == 1)

        caller.leave()

        await house.simulator.caller_left(WITHIN_SECONDS)
    await house.until_empty()
    assert "caller_left" == (await house.record())["ending"]


async def test_a_break_in_the_middle_is_an_error_event_and_no_end(house: House) -> None:
    """
    What was said before stays said; the body is cut.
    """
    house.simulator.always(Misbehaviour(deltas=10, cut_after=4))

    answer = await house.ask(a_message(stream=True), path=PATH)

    events = events_of(answer)
    assert ("message_start", "error") == (events[0]["type"], events[-1]["type"])
    assert ("api_error", "upstream_broke") == (events[-1]["error"]["type"], events[-1]["error"]["code"])
    assert not answer.is_whole
    assert "message_stop" not in [event["type"] for event in events]


async def test_a_stream_tells_why_it_ended_and_what_it_cost(house: House) -> None:
    """
    The same as the audit log says.
    """
    answer = await house.ask(a_message(stream=True), path=PATH)

    last = events_of(answer)[-2]
    record = await house.record()
    usage = last["usage"]
    assert ("message_delta", "end_turn") == (last["type"], last["delta"]["stop_reason"])
    assert record["tokens"]["completion"] == usage["output_tokens"]
    assert record["tokens"]["prompt"] == usage["input_tokens"] + usage["cache_read_input_tokens"]
    assert answer.headers["request-id"] == answer.headers["x-request-id"] == record["request_id"]


@pytest.mark.parametrize(
    ("fields", "how", "expected"),
    [
        ({}, {"key": None}, (401, "authentication_error", "missing_credential")),
        ({"model": "nobody"}, {}, (404, "not_found_error", "model_not_found")),
        ({"messages": []}, {}, (400, "invalid_request_error", "invalid_request")),
        ({}, {"method": "PUT"}, (405, "invalid_request_error", "method_not_allowed")),
    ],
)
async def test_a_refusal_is_in_the_dialect(
    house: House, fields: dict[str, Any], how: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    """
    With the code that docs/errors.md explains, and asks nothing of the model.
    """
    answer = await house.ask(a_message(**fields), path=PATH, **how)

    error = answer.document["error"]
    assert expected == (answer.status, error["type"], error["code"])
    assert "error" == answer.document["type"]
    assert answer.headers["request-id"] == answer.document["request_id"]
    assert [] == list(house.simulator.records)


async def test_an_upstreams_refusal_is_in_the_dialect(house: House) -> None:
    """
    What is overloaded says so in Anthropic's word for it.
    """
    house.simulator.always(Misbehaviour(status=503))

    answer = await house.ask(a_message(), path=PATH)

    assert (503, "overloaded_error") == (answer.status, answer.document["error"]["type"])


async def test_silence_is_bridged_by_pings(hiding_house: House) -> None:
    """
    Before the first word, so that nobody hangs up on a model that thinks.
    """
    hiding_house.begin_anew()
    hiding_house.be_restless(0.02)
    hiding_house.simulator.always(Misbehaviour(text="at last", slow_first_token=0.15))

    answer = await hiding_house.ask(a_message(stream=True), path=PATH)

    assert answer.body.startswith(b'event: ping\ndata: {"type":"ping"}\n\n')
    assert "at last" == blocks_of(answer, stream=True)["text"]
