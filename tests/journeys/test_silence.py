"""While a model thinks its caller hears signs of life, and nothing is promised by them."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, named

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
BEAT = b": keep-alive\n\n"
SILENT = pytest.mark.parametrize(
    "behaviour",
    [
        Misbehaviour(text="at last", slow_head=0.15),
        Misbehaviour(text="at last", slow_first_token=0.15),
        Misbehaviour(text="at last", queued=0.15),
    ],
    ids=named,
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A gateway before two servers, whose callers hear something after every 20 milliseconds."""

    def change(policies: PolicyFolder) -> None:
        policies.model["retries"] = {"attempts": 2}
        for upstream in policies.upstreams.values():
            upstream["timeouts"] = {"first_token_seconds": 0.3, "total_seconds": 1.0}

    async with a_house(tmp_path_factory.mktemp("silence"), change, upstreams=2) as opened:
        opened.be_restless(0.02)
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this file, with nothing behind it."""
    open_house.begin_anew()
    return open_house


@SILENT
async def test_a_silent_stream_has_comments_before_its_content(house: House, behaviour: Misbehaviour) -> None:
    """
    Wherever the silence is upstream, comments bridge it, and the content is whole after them.
    """
    house.simulator.next(behaviour)

    answer = await house.chat(stream=True)

    assert answer.body.startswith(BEAT * 2)
    assert "at last" == answer.spoken()
    assert answer.is_whole


@SILENT
async def test_a_silent_whole_answer_has_blank_lines_before_its_json(
    house: House, behaviour: Misbehaviour
) -> None:
    """
    JSON may begin with white space: the body parses as if nothing had been there.
    """
    house.simulator.next(behaviour)

    answer = await house.chat()

    assert answer.body.startswith(b"\n\n")
    assert "at last" == orjson.loads(answer.body)["choices"][0]["message"]["content"]
    assert "application/json" == answer.headers["content-type"]
    assert answer.is_whole


async def test_silence_between_two_words_is_bridged_between_two_events(house: House) -> None:
    """
    A comment never stands inside an event.
    """
    house.simulator.next(Misbehaviour(deltas=6, stall_after=3, stall=0.15))

    answer = await house.chat(stream=True)

    parts = answer.body.split(b"\n\n")
    assert parts.count(b": keep-alive") >= 2
    assert all(part in (b"", b": keep-alive") or part.startswith(b"data: ") for part in parts)
    assert 6 == len([chunk for chunk in answer.chunks if chunk["choices"][0]["delta"].get("content")])
    assert answer.is_whole


@MODES
async def test_signs_of_life_do_not_end_the_search_for_an_answer(house: House, *, stream: bool) -> None:
    """
    The head is out, the first server fails, the second one answers.
    """
    house.simulator.next(Misbehaviour(status=503, slow_head=0.1))
    house.simulators[1].next(Misbehaviour(text="Finally!", delta_size=100))

    answer = await house.chat(stream=stream)

    record = await house.record()
    assert (200, True) == (answer.status, answer.is_whole)
    assert b"Finally!" in answer.body
    assert ["first", "second"] == record["destinations"]


@MODES
async def test_a_head_that_leaves_early_names_nobody(house: House, *, stream: bool) -> None:
    """
    Until the answer is found the other server may give it, so neither is named.
    """
    house.simulator.next(Misbehaviour(slow_head=0.1))

    answer = await house.chat(stream=stream)

    assert "x-gateway-upstream" not in answer.headers


async def test_a_head_that_leaves_early_names_the_only_server(tmp_path: Path) -> None:
    """
    Where no other can answer, it is known from the start who does.
    """
    async with a_house(tmp_path) as house:
        house.be_restless(0.02)
        house.simulator.next(Misbehaviour(slow_head=0.1))

        answer = await house.chat(stream=True)

    assert "first" == answer.headers["x-gateway-upstream"]


@pytest.mark.parametrize(
    "behaviour",
    [
        Misbehaviour(status=500, slow_head=0.1),
        Misbehaviour(status=400, slow_head=0.1),
        Misbehaviour(cut_after=0, slow_head=0.1),
        Misbehaviour(slow_first_token=30),
    ],
    ids=["500", "400", "cut", "too slow"],
)
@MODES
async def test_a_failure_after_signs_of_life_is_an_error_and_a_cut(
    house: House, behaviour: Misbehaviour, *, stream: bool
) -> None:
    """
    The status is out already, so the error follows in the body, which has no proper end.
    """
    for simulator in house.simulators:
        simulator.next(behaviour)

    answer = await house.chat(stream=stream)

    record = await house.record()
    assert 200 == answer.status
    assert answer.body.startswith(BEAT if stream else b"\n")
    assert record["code"] == answer.error["code"]
    assert not answer.is_whole
    assert record["ending"] != "finished"


@MODES
async def test_a_caller_leaves_between_signs_of_life(house: House, *, stream: bool) -> None:
    """
    The upstream hears of it within a second.
    """
    house.simulator.next(Misbehaviour(slow_head=30))

    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(stream=stream))
        await listening.piece()
        caller.leave()

        await house.simulator.caller_left(1.0)
    await house.until_empty()
    assert ("caller_left", 200) == ((await house.record())["ending"], house.records()[0]["status"])


@MODES
async def test_an_upstreams_own_signs_of_life_are_not_passed_on(house: House, *, stream: bool) -> None:
    """
    Our own come in their time; what is not content is withheld, so that fail-over stays open.
    """
    house.be_restless(10.0)
    house.simulator.next(Misbehaviour(queued=0.05))

    answer = await house.chat(stream=stream)

    house.be_restless(0.02)
    assert answer.body.startswith(b"data: " if stream else b"{")
