"""
OpenAI's Responses from end to end: another dialect on the same way.

What the way promises (private data, leavers, breaks, silence, kept answers) it
promises in this dialect too.
"""

from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.wire.responses.carried import carry
from tests.fakes.house import Answer, House, PolicyFolder, a_chat, a_house, a_request, listen, until
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PATH = "/v1/responses"
WITHIN_SECONDS = 1.0
NAME = "欧阳明慧"
ENGLISH = f"Dear Sir or Madam, please write to {EMAIL} or pay with card {CARD}."
CHINESE = f"您好，我叫{NAME}，身份证号是{RESIDENT_ID}，手机{MOBILE}，银行卡{CARD}，邮箱{EMAIL}，请核对。"
ORIGINALS = (NAME, RESIDENT_ID, MOBILE, CARD, EMAIL)
TOOL = {
    "type": "function",
    "name": "check_customer",
    "parameters": {"type": "object", "properties": {"who": {"type": "string"}}},
}
BY_CHARACTER = Misbehaviour(echo=True, delta_size=1)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
LANGUAGES = pytest.mark.parametrize("question", [ENGLISH, CHINESE], ids=["english", "chinese"])


@pytest_asyncio.fixture(loop_scope="module")
async def house(hiding_house: House) -> House:
    """The same, with nothing behind it."""
    hiding_house.begin_anew()
    return hiding_house


def a_response(asked: Any = "Hello", *, stream: bool = False, **fields: Any) -> dict[str, Any]:
    """The body of a request for a response."""
    return {"model": "deepseek-flash", "input": asked, "max_output_tokens": 5_000, "stream": stream} | fields


def events_of(answer: Answer) -> list[dict[str, Any]]:
    """The events of a stream, without signs of life."""
    parts = answer.body.decode().split("\n\n")
    return [orjson.loads(part.split("\ndata: ")[1]) for part in parts if part.startswith("event: ")]


def items_of(answer: Answer, *, stream: bool) -> dict[str, str]:
    """What an answer says in items of each type; the pieces of a stream and its last event say the same."""
    response = events_of(answer)[-1]["response"] if stream else answer.document
    items = {item["type"]: _said(item) for item in response["output"]}
    if stream:
        pieces: dict[str, str] = {}
        for event in events_of(answer):
            if event["type"].endswith(".delta"):
                kind = response["output"][event["output_index"]]["type"]
                pieces[kind] = pieces.get(kind, "") + event["delta"]
        assert items == pieces
    return items


def _said(item: dict[str, Any]) -> str:
    if item["type"] == "function_call":
        return str(item["arguments"])
    return "".join(part["text"] for part in item["content"])


def seen_by_the_model(house: House) -> str:
    """Everything that left."""
    return "".join(exchange.body.decode() for exchange in house.simulator.records)


@LANGUAGES
@STREAMED
async def test_private_data_leaves_as_placeholders_and_comes_back(
    house: House, question: str, *, stream: bool
) -> None:
    """
    In what the model says, thinks and calls a function with; settings come back as they were written.
    """
    house.simulator.always(BY_CHARACTER)
    calling = f'check_customer: "{question}"'

    said = await house.ask(
        a_response(question, stream=stream, instructions=question, reasoning={"effort": "high"}), path=PATH
    )
    called = await house.ask(a_response(calling, stream=stream, tools=[TOOL]), path=PATH)

    assert {"reasoning": question, "message": question} == items_of(said, stream=stream)
    assert {"who": calling} == orjson.loads(items_of(called, stream=stream)["function_call"])
    assert (True, True) == (said.is_whole, called.is_whole)
    response = events_of(said)[0]["response"] if stream else said.document
    assert question == response["instructions"]
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


@LANGUAGES
async def test_private_data_is_found_wherever_a_request_has_it(house: House, question: str) -> None:
    """
    In instructions, parts, thoughts, calls, and in what functions gave.
    """
    items = [
        {"role": "developer", "content": question},
        {"role": "user", "content": [{"type": "input_text", "text": question}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": question}]},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": carry(question)},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": question, "annotations": []}],
        },
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "check_customer",
            "arguments": orjson.dumps({"who": question}).decode(),
        },
        {
            "type": "function_call_output",
            "call_id": "call_1",
            "output": [{"type": "input_text", "text": question}],
        },
    ]

    answer = await house.ask(
        a_response(items, instructions=question, tools=[{**TOOL, "description": question}]), path=PATH
    )

    assert 200 == answer.status
    sent = house.simulator.records[0].request["messages"]
    assert ["system", "system", "user", "assistant", "tool"] == [message["role"] for message in sent]
    assert {"content", "reasoning_content", "tool_calls"} < sent[3].keys()
    assert 2 == len(sent[3]["reasoning_content"].splitlines())
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


@STREAMED
async def test_a_caller_who_leaves_stops_the_model(house: House, *, stream: bool) -> None:
    """
    Within a second, as at the other protocols.
    """
    house.simulator.always(Misbehaviour(deltas=200_000, delta_size=100, delay_ms=2))

    async with await house.call() as caller:
        caller.say(a_request(a_response(stream=stream), path=PATH))
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

    answer = await house.ask(a_response(stream=True), path=PATH)

    events = events_of(answer)
    assert ("response.created", "error", "upstream_broke") == (
        events[0]["type"],
        events[-1]["type"],
        events[-1]["code"],
    )
    assert not answer.is_whole
    assert "response.completed" not in [event["type"] for event in events]
    assert sorted(numbers := [event["sequence_number"] for event in events]) == numbers


async def test_a_stream_tells_how_it_ended_and_what_it_cost(house: House) -> None:
    """
    The same as the audit log says; nothing follows it.
    """
    answer = await house.ask(a_response(stream=True), path=PATH)

    last = events_of(answer)[-1]
    record = await house.record()
    usage = last["response"]["usage"]
    assert ("response.completed", "completed") == (last["type"], last["response"]["status"])
    assert (record["tokens"]["completion"], record["tokens"]["prompt"]) == (
        usage["output_tokens"],
        usage["input_tokens"],
    )
    assert b"[DONE]" not in answer.body


@STREAMED
async def test_an_answer_that_was_cut_is_incomplete(house: House, *, stream: bool) -> None:
    """
    By the bound that the caller set.
    """
    house.simulator.always(Misbehaviour(deltas=100))

    answer = await house.ask(a_response(stream=stream, max_output_tokens=3), path=PATH)

    response = events_of(answer)[-1]["response"] if stream else answer.document
    assert ("incomplete", {"reason": "max_output_tokens"}) == (
        response["status"],
        response["incomplete_details"],
    )


@pytest.mark.parametrize(
    ("fields", "how", "expected"),
    [
        ({}, {"key": None}, (401, "missing_credential", None)),
        ({"model": "nobody"}, {}, (404, "model_not_found", "model")),
        ({"input": []}, {}, (400, "invalid_request", "input")),
        ({"previous_response_id": "resp_1"}, {}, (400, "invalid_request", "previous_response_id")),
        ({"background": True}, {}, (400, "invalid_request", "background")),
        ({"tools": [{"type": "web_search"}]}, {}, (400, "invalid_request", "tools[0].type")),
        ({}, {"method": "PUT"}, (405, "method_not_allowed", None)),
    ],
)
async def test_a_refusal_is_openais_error(
    house: House, fields: dict[str, Any], how: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    """
    With the code that docs/errors.md explains, and asks nothing of the model.
    """
    answer = await house.ask(a_response(**fields), path=PATH, **how)

    assert expected == (answer.status, answer.error["code"], answer.error["param"])
    assert [] == list(house.simulator.records)


async def test_silence_is_bridged_by_comments(hiding_house: House) -> None:
    """
    Before the first word, so that nobody hangs up on a model that thinks.
    """
    hiding_house.begin_anew()
    hiding_house.be_restless(0.02)
    hiding_house.simulator.always(Misbehaviour(text="at last", slow_first_token=0.15))

    answer = await hiding_house.ask(a_response(stream=True), path=PATH)

    assert answer.body.startswith(b": keep-alive\n\n")
    assert "at last" == items_of(answer, stream=True)["message"]


def _with_cache(policies: PolicyFolder) -> None:
    policies.plan["cache"] = {"enabled": True}


async def test_an_answer_is_kept_for_all_protocols(tmp_path: Path) -> None:
    """
    Asked in one, given again in another, each in its own words and with its own settings.
    """
    async with a_house(tmp_path, _with_cache) as house:
        chat = await house.ask(a_chat(max_tokens=5_000))
        whole = await house.ask(a_response(instructions=None, metadata={"a": "b"}), path=PATH)
        streamed = await house.ask(a_response(stream=True), path=PATH)

        assert 1 == len(house.simulator.records)
    said = chat.document["choices"][0]["message"]["content"]
    assert said == items_of(whole, stream=False)["message"] == items_of(streamed, stream=True)["message"]
    assert ({"a": "b"}, {}) == (
        whole.document["metadata"],
        events_of(streamed)[-1]["response"]["metadata"],
    )
