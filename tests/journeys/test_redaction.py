"""
Private data on its way out and back: the model never sees an original, the caller sees nothing else.

The simulator repeats what it is told, in its thinking, its words and the
arguments of its tool calls, one character at a time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import AT_HOME_KEY, House, PolicyFolder, a_chat, a_house
from tests.fakes.open_door import Caller
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID, SECRET

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

NAME = "欧阳明慧"
ORIGINALS = (NAME, RESIDENT_ID, MOBILE, CARD, EMAIL)
QUESTION = f"您好，我叫{NAME}，身份证号是{RESIDENT_ID}，手机{MOBILE}，银行卡{CARD}，邮箱{EMAIL}，请核对。"
TOOL = {
    "type": "function",
    "function": {
        "name": "check_customer",
        "parameters": {"type": "object", "properties": {"who": {"type": "string"}}},
    },
}
BY_CHARACTER = Misbehaviour(echo=True, delta_size=1)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest_asyncio.fixture(loop_scope="module")
async def house(hiding_house: House) -> House:
    """The same, with nothing behind it."""
    hiding_house.begin_anew()
    return hiding_house


def seen_by_the_model(house: House) -> str:
    return "".join(exchange.body.decode() for simulator in house.simulators for exchange in simulator.records)


def messages_of(answer: Any, *, stream: bool) -> dict[str, Any]:
    """Return the message of an answer, streamed or whole."""
    if not stream:
        message: dict[str, Any] = answer.document["choices"][0]["message"]
        return message
    calls = [
        call["function"].get("arguments") or ""
        for chunk in answer.chunks
        for choice in chunk["choices"]
        for call in choice["delta"].get("tool_calls") or ()
    ]
    said = {"content": answer.spoken(), "reasoning_content": answer.spoken("reasoning_content")}
    return said | {"tool_calls": [{"function": {"arguments": "".join(calls)}}]}


@STREAMED
async def test_words_and_thoughts_come_back_and_nothing_private_leaves(house: House, *, stream: bool) -> None:
    """
    A Chinese customer with ID, phone, card and address.
    """
    house.simulator.always(BY_CHARACTER)

    answer = await house.chat(QUESTION, stream=stream, thinking={"type": "enabled"})

    message = messages_of(answer, stream=stream)
    assert (QUESTION, QUESTION) == (message["content"], message["reasoning_content"])
    assert answer.is_whole
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


@STREAMED
@pytest.mark.parametrize("delta_size", [7, 5_000])
async def test_a_long_answer_comes_back_whole(house: House, delta_size: int, *, stream: bool) -> None:
    """
    Thousands of characters, in one frame or in many: looked at a little at a time, they read the same.
    """
    house.simulator.always(Misbehaviour(echo=True, delta_size=delta_size))
    question = "\n".join(f"{number}. {QUESTION}" for number in range(60))

    answer = await house.chat(question, stream=stream)

    assert question == messages_of(answer, stream=stream)["content"]
    assert answer.is_whole
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


@STREAMED
async def test_tool_calls_come_back_as_json(house: House, *, stream: bool) -> None:
    """
    Their arguments have the originals, escaped where they have to be.
    """
    house.simulator.always(BY_CHARACTER)
    question = f'check_customer: "{QUESTION}"'

    answer = await house.chat(question, stream=stream, tools=[TOOL], thinking={"type": "enabled"})

    message = messages_of(answer, stream=stream)
    assert {"who": question} == orjson.loads(message["tool_calls"][0]["function"]["arguments"])
    assert question == message["reasoning_content"]
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


async def test_the_second_turn_hits_the_prefix_that_the_first_one_left(house: House) -> None:
    """
    With the restored answer sent back, the model server reads the very bytes it knows.
    """
    house.simulator.always(Misbehaviour(echo=True))
    first = await house.chat(QUESTION)
    said = first.document["choices"][0]["message"]["content"]
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": said}]

    second = await house.ask(a_chat(messages=[*turns, {"role": "user", "content": "谢谢"}]))

    asked, again = (exchange.request["messages"] for exchange in house.simulator.records)
    assert QUESTION == said
    # The simulator repeats: what it said first is what it was asked first.
    assert [asked[0]["content"]] * 2 == [message["content"] for message in again[:2]]
    assert first.document["usage"]["prompt_tokens"] <= second.document["usage"]["prompt_cache_hit_tokens"] + 1
    assert not any(original in seen_by_the_model(house) for original in ORIGINALS)


async def test_what_was_done_is_written_down_and_no_value(house: House) -> None:
    """
    In the access record and the metrics: kinds, counts and how far the request could go.
    """
    await house.chat(f"{QUESTION} {SECRET}")

    record = await house.record()
    assert {
        "profile": "baseline",
        "clearance": "external",
        "counts": {
            "CN_RESIDENT_ID/pseudonymise": 1,
            "EMAIL/pseudonymise": 1,
            "PAYMENT_CARD/pseudonymise": 1,
            "PERSON/pseudonymise": 1,
            "PHONE/pseudonymise": 1,
            "SECRET_API_KEY/redact": 1,
        },
        "unreadable": 0,
        "unreadable_bytes": 0,
        "blocked": [],
        "failure": None,
        "restored": 10,
        "unknown_tokens": 0,
        "answer_counts": {},
    } == record["redaction"]
    metrics = await house.metrics()
    assert metrics['gateway_redactions_total{action="redact",entity="SECRET_API_KEY",tenant="acme"}'] >= 1
    written = b"".join(
        path.read_bytes() for path in (house.folder / "state").iterdir() if path.is_file()
    ).decode("latin-1")
    assert not any(original in written for original in (*ORIGINALS, SECRET))


async def test_users_and_tenants_are_pseudonyms_to_the_model(house: House) -> None:
    """
    The provider's cache is split between tenants, and knows none of their users.
    """
    await house.chat("Hello", user="wang.fang@corp.cn")
    await house.chat("Hello")
    await house.chat("Hello", user="wang.fang@corp.cn")

    bodies = [exchange.request for exchange in house.simulator.records]
    names = [body["user_id"] for body in bodies]
    assert names[0] == names[2] != names[1]
    assert all(name.isalnum() and len(name) == 27 for name in names)
    assert not any("user" in body for body in bodies)
    assert "wang.fang" not in seen_by_the_model(house)


async def test_whom_openais_newer_field_names_is_a_pseudonym_too(house: House) -> None:
    """
    The same one as under its older name.
    """
    await house.chat("Hello", user="emp-4711")
    await house.chat("Hello", safety_identifier="emp-4711")

    first, second = (exchange.request for exchange in house.simulator.records)
    assert first["user_id"] == second["user_id"]
    assert "emp-4711" not in seen_by_the_model(house)


async def test_a_harmless_stream_passes_as_the_bytes_it_came_in(house: House) -> None:
    """
    Nothing was hidden, so nothing is looked for.
    """
    answer = await house.chat("What is a gateway?", stream=True, stream_options={"include_usage": True})

    assert answer.is_whole
    assert b"data: [DONE]\n\n" == answer.events[-1]
    assert "What is a gateway?" in answer.spoken()


@pytest.mark.parametrize(
    "way", [Caller.leave, Caller.reset, Caller.half_close], ids=["close", "reset", "half-close"]
)
@pytest.mark.parametrize(
    ("fields", "lane"),
    [
        ({"thinking": {"type": "disabled"}}, b'"content":"'),
        ({"thinking": {"type": "enabled"}}, b'"reasoning_content":"'),
        ({"thinking": {"type": "disabled"}, "tools": [TOOL], "tool_choice": "required"}, b'"arguments":"'),
    ],
    ids=["words", "thoughts", "arguments"],
)
async def test_a_caller_leaves_while_a_placeholder_is_on_its_way(
    house: House, way: Callable[[Caller], None], fields: dict[str, Any], lane: bytes
) -> None:
    """
    The exchange ends as that of a leaver; the half that was held back goes nowhere.
    """
    house.simulator.next(Misbehaviour(echo=True, delta_size=1, stall_after=14))
    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(f"手机{MOBILE}", stream=True, **fields))
        await listening.until(lane)
        await house.simulator.until(lambda: house.simulator.records[0].deltas_sent == 14)

        way(caller)

        await house.simulator.caller_left(1.0)
        await house.until_empty()
    assert "caller_left" == (await house.record())["ending"]
    assert b"PHO" not in b"".join(listening.pieces)
    assert MOBILE.encode() not in b"".join(listening.pieces)


async def test_a_stream_that_breaks_off_says_what_it_had_said(house: House) -> None:
    """
    Half a placeholder stays half a placeholder, and the end is an error.
    """
    house.simulator.always(Misbehaviour(echo=True, delta_size=1, cut_after=6, cut="close"))

    answer = await house.chat(f"手机{MOBILE}", stream=True, thinking={"type": "disabled"})

    assert "手机PHON" == answer.spoken()
    assert "upstream_broke" == answer.error["code"]
    assert not answer.is_whole


def _strictly(policies: PolicyFolder) -> None:
    policies.hide(profile="strict")


async def test_a_block_costs_nothing(tmp_path: Path) -> None:
    """
    No upstream is asked; the refusal names the kind, and the record too.
    """
    async with a_house(tmp_path, _strictly) as house:
        answer = await house.chat(QUESTION)

        assert (403, "private_data_blocked") == (answer.status, answer.error["code"])
        assert "CN_RESIDENT_ID, PAYMENT_CARD" in answer.error["message"]
        assert RESIDENT_ID not in answer.body.decode()
        assert [] == house.simulator.records
        record = await house.record()
        assert ["CN_RESIDENT_ID", "PAYMENT_CARD"] == record["redaction"]["blocked"]


def _at_two_places(policies: PolicyFolder) -> None:
    policies.upstreams["second"]["residency"] = "on_premises"
    policies.hide(profile="healthcare")


@pytest.mark.parametrize("selection", ["failover", "first_available"])
async def test_what_names_a_patient_stays_at_home(tmp_path: Path, selection: str) -> None:
    """
    Outside is not asked even when home fails; at home the model sees the original.
    """

    def change(policies: PolicyFolder) -> None:
        _at_two_places(policies)
        policies.model["selection"] = selection

    async with a_house(tmp_path, change, upstreams=2) as house:
        outside, home = house.simulators
        home.next(Misbehaviour(status=503), Misbehaviour(echo=True))

        patient = await house.chat(QUESTION, thinking={"type": "disabled"})
        somebody = await house.chat(f"手机{MOBILE}", thinking={"type": "disabled"})

        assert QUESTION == patient.document["choices"][0]["message"]["content"]
        assert [RESIDENT_ID in exchange.body.decode() for exchange in home.records] == [True, True]
        assert 200 == somebody.status
        assert [False] == [MOBILE in exchange.body.decode() for exchange in outside.records]
        record = await house.record()
        assert ("on_premises", ["second", "second"]) == (
            record["redaction"]["clearance"],
            record["destinations"],
        )


async def test_a_tenant_at_home_has_nobody_to_go_to(tmp_path: Path) -> None:
    """
    What has to stay, and has no server there, is refused.
    """

    def change(policies: PolicyFolder) -> None:
        policies.hide(profile="healthcare")

    async with a_house(tmp_path, change) as house:
        answer = await house.chat(QUESTION)
        at_home = await house.chat("Hello", key=AT_HOME_KEY)

        assert "residency_unavailable" == answer.error["code"]
        assert "residency_unavailable" == at_home.error["code"]
        assert [] == house.simulator.records


@STREAMED
async def test_an_answer_with_new_private_data_may_be_stopped(tmp_path: Path, *, stream: bool) -> None:
    """
    By its status, or in mid-stream by an error and a cut.
    """

    def change(policies: PolicyFolder) -> None:
        policies.hide(profile="mine", answers="block")

    async with a_house(tmp_path, change) as house:
        house.simulator.always(
            Misbehaviour(text=f"{'A long story. ' * 40}It is {RESIDENT_ID}. {'The end. ' * 40}", delay_ms=1)
        )

        answer = await house.chat("Tell me a story", stream=stream, thinking={"type": "disabled"})

        assert "answer_blocked" == answer.error["code"]
        assert RESIDENT_ID not in answer.body.decode()
        assert ("A long story." in answer.body.decode(), not stream) == (stream, answer.is_whole)
        assert "answer_blocked" == (await house.record())["code"]


async def test_an_answer_with_new_private_data_may_be_masked(tmp_path: Path) -> None:
    """
    What the caller had said comes back, what the model makes up does not.
    """
    async with a_house(tmp_path, lambda policies: policies.hide(profile="customer-service")) as house:
        house.simulator.always(Misbehaviour(text="Call 13987654321.", delta_size=3))

        made_up = await house.chat("Whom?", stream=True, thinking={"type": "disabled"})
        house.simulator.always(Misbehaviour(echo=True, delta_size=3))
        said = await house.chat(f"手机{MOBILE}", stream=True, thinking={"type": "disabled"})

        assert ("Call *******4321.", f"手机{MOBILE}") == (made_up.spoken(), said.spoken())
