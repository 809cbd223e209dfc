"""
Eight ways in which a well-known gateway loses or mixes up what it replaced.

Each is documented in the public issues of LiteLLM's guardrail for Presidio
(the numbers stand beside the tests); each is a promise here.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, until
from tests.fakes.sealing import CARD, EMAIL, MOBILE, RESIDENT_ID, WordFinder

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ECHO = Misbehaviour(echo=True, delta_size=2)
QUIET: dict[str, Any] = {"thinking": {"type": "disabled"}}
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {"type": "object", "properties": {"q": {"type": "string"}}},
    },
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway whose plan has the profile of the demo."""
    async with a_house(
        tmp_path_factory.mktemp("trips"), lambda policies: policies.hide(profile="baseline")
    ) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The same, with nothing behind it, repeating what it is told."""
    open_house.begin_anew()
    open_house.simulator.always(ECHO)
    return open_house


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_1_arguments_of_tool_calls_are_restored(house: House, *, stream: bool) -> None:
    """
    Not only the content (#31950, #32014).
    """
    answer = await house.chat(f'look_up "{EMAIL}"', stream=stream, tools=[TOOL], **QUIET)

    if stream:
        fragments = [
            call["function"].get("arguments", "")
            for chunk in answer.chunks
            for choice in chunk["choices"]
            for call in choice["delta"].get("tool_calls") or ()
        ]
        arguments = "".join(fragments)
    else:
        arguments = answer.document["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert {"q": f'look_up "{EMAIL}"'} == orjson.loads(arguments)


async def test_2_two_people_in_two_messages_stay_two(house: House) -> None:
    """
    Nothing counts from one again in the next message (#31959).
    """
    other = "13987654321"
    messages = [
        {"role": "user", "content": f"A: {MOBILE}"},
        {"role": "assistant", "content": f"noted {MOBILE}"},
        {"role": "user", "content": f"B: {other}, A: {MOBILE}"},
    ]

    answer = await house.ask(a_chat(messages=messages, **QUIET))

    assert f"B: {other}, A: {MOBILE}" == answer.document["choices"][0]["message"]["content"]
    sent = house.simulator.records[0].request["messages"]
    assert sent[0]["content"].removeprefix("A: ") == sent[1]["content"].removeprefix("noted ")
    assert sent[2]["content"].count(sent[0]["content"]) == 1


async def test_3_a_placeholder_of_an_earlier_turn_still_means_the_same(house: House) -> None:
    """
    It comes from the value, not from a counter of the request (#41600, #42138).
    """
    first = await house.chat(f"{EMAIL} and {MOBILE}", **QUIET)
    house.simulator.next(ECHO)

    second = await house.chat(f"{MOBILE} and {RESIDENT_ID} and {EMAIL}", **QUIET)

    words = [
        exchange.request["messages"][0]["content"].split(" and ") for exchange in house.simulator.records
    ]
    assert [words[0][1], words[0][0]] == [words[1][0], words[1][2]]
    assert all(answer.status == 200 for answer in (first, second))


async def test_4_a_detector_that_fails_lets_nothing_leave(house: House) -> None:
    """
    The documented configuration is the closed one (#30728).
    """
    book = house.desk.book
    try:
        house.desk.book = _with_a_broken_finder(book)
        answer = await house.chat(f"my number is {MOBILE}")
    finally:
        house.desk.book = book

    assert (503, "redaction_failed") == (answer.status, answer.error["code"])
    assert [] == house.simulator.records
    assert "error" == (await house.record())["redaction"]["failure"]


async def test_5_a_stream_is_restored_while_it_comes(house: House) -> None:
    """
    The first words are with the caller while the model still works on the others (#31503).
    """
    house.simulator.next(Misbehaviour(echo=True, delta_size=4, stall_after=8))

    async with await house.call() as caller:
        listening = await house.listening(
            caller, a_chat(f"{MOBILE} is mine, and more follows", stream=True, **QUIET)
        )
        await listening.until(MOBILE.encode())

    await house.simulator.caller_left()


async def test_6_the_right_stretch_is_replaced_wherever_it_stands(house: House) -> None:
    """
    Side by side, twice, between Chinese characters and at both ends (#6247).
    """
    text = f"{EMAIL}张{MOBILE}、{MOBILE}/{CARD}({RESIDENT_ID})😀{EMAIL},{RESIDENT_ID}"

    for stream in (False, True):
        answer = await house.chat(text, stream=stream, **QUIET)
        said = answer.spoken() if stream else answer.document["choices"][0]["message"]["content"]
        assert text == said
    sent = house.simulator.records[0].request["messages"][0]["content"]
    assert not any(value in sent for value in (EMAIL, MOBILE, CARD, RESIDENT_ID))
    assert "张" in sent
    assert "😀" in sent


async def test_7_requests_at_the_same_time_share_nothing(house: House) -> None:
    """
    Each gets its own value back, and a placeholder of another one stays a placeholder (#14516, #19950).
    """
    numbers = [str(13_800_000_000 + number) for number in range(60)]

    answers = await asyncio.gather(
        *(
            house.chat(f"I am {number}", stream=position % 2 == 0, **QUIET)
            for position, number in enumerate(numbers)
        )
    )

    said = [
        answer.spoken() if position % 2 == 0 else answer.document["choices"][0]["message"]["content"]
        for position, answer in enumerate(answers)
    ]
    assert [f"I am {number}" for number in numbers] == said
    foreign = house.simulator.records[0].request["messages"][0]["content"].removeprefix("I am ")
    assert foreign == (await house.chat(foreign, **QUIET)).document["choices"][0]["message"]["content"]


async def test_8_watching_changes_nothing_and_what_was_taken_away_is_gone(tmp_path: Path) -> None:
    """
    A profile that only logs leaves the answer alone (#30447); one that was removed stops (#39271).
    """

    def watch(policies: PolicyFolder) -> None:
        policies.hide(profile="watch", default="log_only")

    async with a_house(tmp_path, watch) as house:
        house.simulator.always(ECHO)
        watched = await house.chat(f"I am {MOBILE}", stream=True, **QUIET)
        version = house.desk.book.version
        plan = PolicyFolder(tmp_path / "policies", [house.simulator.base_url])
        plan.write()
        await until(lambda: house.desk.book.version != version)
        free = await house.chat(f"I am {MOBILE}", **QUIET)

        assert f"I am {MOBILE}" == watched.spoken() == free.document["choices"][0]["message"]["content"]
        records = [await house.record(number) for number in (0, 1)]
        assert [{"PHONE/log_only": 1}, None] == [
            record["redaction"] and record["redaction"]["counts"] for record in records
        ]


def _with_a_broken_finder(book: Any) -> Any:
    def broken(terms: Any) -> Any:
        return replace(terms, redaction=replace(terms.redaction, finder=WordFinder({}, fails=True)))

    offers = {
        tenant: {
            project: replace(offer, terms={name: broken(terms) for name, terms in offer.terms.items()})
            for project, offer in projects.items()
        }
        for tenant, projects in book.offers.items()
    }
    return replace(book, offers=offers)
