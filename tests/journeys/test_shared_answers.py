"""Many who ask the same at the same time: one upstream call, whoever leaves."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import Answer, House, PolicyFolder, a_chat, a_house, a_request, listen, until

pytestmark = pytest.mark.slow

MANY = 200
# Long enough for everyone to join, also on a busy machine; nobody waits for it to be over.
PAUSED = Misbehaviour(deltas=40, stall_after=20, stall=1.5)
WITHIN_SECONDS = 1.0


def _with_cache(policies: PolicyFolder) -> None:
    policies.plan["cache"] = {"enabled": True}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway with a cache."""
    async with a_house(tmp_path, _with_cache) as opened:
        yield opened


async def _follow(house: House) -> Answer:
    return await house.chat(stream=True)


async def test_two_hundred_identical_streams_are_one_call_though_the_first_leaves(house: House) -> None:
    """
    199 byte-identical answers, and exactly one exchange pays for the tokens: the one who took over.
    """
    house.simulator.next(PAUSED)
    async with await house.call() as first:
        first.say(a_request(a_chat(stream=True)))
        heard = await listen(first)
        await heard.piece()
        others = [asyncio.ensure_future(_follow(house)) for _ in range(MANY - 1)]
        await until(lambda: house.in_flight == MANY)
        first.reset()
        await until(lambda: house.in_flight == MANY - 1)
    answers = await asyncio.gather(*others)

    assert 1 == len(house.simulator.records)
    assert 1 == len({answer.body for answer in answers})
    assert all(answer.is_whole and 200 == answer.status for answer in answers)
    assert answers[0].body.endswith(b"data: [DONE]\n\n")
    assert answers[0].body.startswith(b"".join(heard.pieces))
    assert all("collapsed" in answer.headers["cache-status"] for answer in answers)
    await until(lambda: len(house.records()) == MANY)
    paying = [record for record in house.records() if record["completion_tokens"]]
    assert [("finished", ["first"])] == [(record["ending"], record["destinations"]) for record in paying]
    leavers = [record for record in house.records() if record["ending"] == "caller_left"]
    assert [(["first"], 0)] == [(record["destinations"], record["completion_tokens"]) for record in leavers]
    assert answers[0].body == (await house.chat(stream=True)).body
    assert 1 == len(house.simulator.records)


async def test_when_the_last_one_leaves_the_call_ends(house: House) -> None:
    """
    Within a second, as for a caller who was alone.
    """
    house.simulator.next(Misbehaviour(deltas=40, stall_after=20))
    callers = [await house.call() for _ in range(3)]
    for caller in callers:
        caller.say(a_request(a_chat(stream=True)))
        await (await listen(caller)).piece()

    for caller in callers:
        caller.reset()

    await house.simulator.caller_left(WITHIN_SECONDS)
    await house.until_empty()
    assert 0 == house.gateway._library.librarian.flying
    assert 1 == len(house.simulator.records)


async def test_a_whole_answer_is_waited_for_by_all_though_the_first_leaves(house: House) -> None:
    """
    Also before the first byte of it is there.
    """
    house.simulator.next(Misbehaviour(slow_head=1.0))
    async with await house.call() as first:
        first.say(a_request(a_chat()))
        await until(lambda: len(house.simulator.records) == 1)
        others = [asyncio.ensure_future(house.chat()) for _ in range(5)]
        await until(lambda: house.in_flight == 6)
        first.reset()
    answers = await asyncio.gather(*others)

    assert 1 == len(house.simulator.records)
    assert 1 == len({answer.body for answer in answers})


async def test_a_call_that_breaks_breaks_for_all_and_is_not_kept(house: House) -> None:
    """
    Each is told so, and the next one who asks gets an answer.
    """
    house.simulator.next(Misbehaviour(deltas=40, cut_after=20, delay_ms=20))
    answers = await asyncio.gather(*(house.chat(stream=True) for _ in range(5)))

    assert {(200, "upstream_broke", False)} == {
        (answer.status, answer.error["code"], answer.is_whole) for answer in answers
    }
    assert 1 == len(house.simulator.records)
    assert "fwd=uri-miss" in (await house.chat(stream=True)).headers["cache-status"]
