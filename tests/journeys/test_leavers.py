"""
A caller who leaves stops the work done for it, wherever the exchange stands.

Each journey ends the same way: the upstream saw the leave within a second
(where it was asked at all), the record says so, nothing is in flight, and the
next caller is served.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedExchange
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request, listen, until
from tests.fakes.open_door import Caller

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

WITHIN_SECONDS = 1.0
FLOOD = Misbehaviour(deltas=200_000, delta_size=1000, delay_ms=0)


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["http1", "httpx2"])
async def open_house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A gateway whose upstream is reached over each transport."""

    def change(policies: PolicyFolder) -> None:
        policies.upstreams["first"]["transport"] = request.param

    async with a_house(tmp_path_factory.mktemp(request.param), change) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def house(open_house: House) -> House:
    """The house of this transport, with nothing behind it."""
    open_house.begin_anew()
    return open_house


WAYS = pytest.mark.parametrize(
    "way", [Caller.leave, Caller.reset, Caller.half_close], ids=["close", "reset", "half-close"]
)
MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
Way = Callable[[Caller], None]


async def assert_left(house: House, *, asked: bool = True, status: int | None = None) -> None:
    """The exchange before has ended as that of a leaver, and the next one is served."""
    if asked:
        await house.simulator.caller_left(WITHIN_SECONDS)
    await house.until_empty()
    record = await house.record()
    assert ("caller_left", status, None) == (record["ending"], record["status"], record["code"])
    house.simulator.reset()
    assert 200 == (await house.chat()).status


@WAYS
async def test_a_caller_leaves_while_it_uploads(house: House, way: Way) -> None:
    """
    Half a body asks nothing of anyone.
    """
    async with await house.call() as caller:
        caller.say(a_request(a_chat("x" * 1000))[:-500])
        await until(lambda: house.in_flight == 1)

        way(caller)

        await assert_left(house, asked=False)
    assert 1 == len(house.simulator.records)


@WAYS
@MODES
async def test_a_caller_leaves_while_it_waits_for_the_head(house: House, way: Way, *, stream: bool) -> None:
    """
    The model has said nothing at all yet.
    """
    house.simulator.next(Misbehaviour(slow_head=30))

    async with await house.call() as caller:
        await _asked(house, caller, stream=stream)

        way(caller)

        await assert_left(house)


@WAYS
@MODES
async def test_a_caller_leaves_while_the_model_thinks(house: House, way: Way, *, stream: bool) -> None:
    """
    The upstream's head is here, its keep-alives too, but no word.
    """
    house.simulator.next(Misbehaviour(queued=30))

    async with await house.call() as caller:
        await _asked(house, caller, stream=stream)
        await asyncio.sleep(0.05)

        way(caller)

        await assert_left(house)


@WAYS
async def test_a_caller_leaves_between_two_words(house: House, way: Way) -> None:
    """
    The tokens that were generated until then are what the record has.
    """
    house.simulator.next(Misbehaviour(deltas=1000, stall_after=3))

    async with await house.call() as caller:
        listening = await house.listening(caller, a_chat(stream=True))
        await listening.until(b'"content":"')
        await house.simulator.until(lambda: house.simulator.records[0].deltas_sent == 3)

        way(caller)

        await assert_left(house, status=200)
    assert 0 < house.records()[0]["completion_tokens"] < 50
    assert not house.records()[0]["measured"]


@WAYS
async def test_a_caller_leaves_in_the_middle_of_a_whole_answer(house: House, way: Way) -> None:
    """
    Half of the upstream's JSON is here when its reader goes.
    """
    house.simulator.next(Misbehaviour(stall_after=0, deltas=100))

    async with await house.call() as caller:
        await _asked(house, caller, stream=False)
        await asyncio.sleep(0.05)

        way(caller)

        await assert_left(house)


@WAYS
async def test_a_caller_leaves_while_it_does_not_read(house: House, way: Way) -> None:
    """
    A write is stuck because the caller reads nothing; its leaving ends the flood.
    """
    house.simulator.next(FLOOD)

    async with await house.call() as caller:
        exchange = await _stuck(house, caller)

        way(caller)

        await assert_left(house, status=200)
    assert exchange.deltas_sent < 200_000


@WAYS
@MODES
async def test_a_request_sent_ahead_does_not_hide_the_leaver(house: House, way: Way, *, stream: bool) -> None:
    """
    Behind a pipelined second request the leave is seen as well, and that request is not served.
    """
    house.simulator.next(Misbehaviour(slow_head=30))

    async with await house.call() as caller:
        await _asked(house, caller, stream=stream)
        caller.say(a_request(a_chat("second")))
        await asyncio.sleep(0.02)

        way(caller)

        await assert_left(house)
    assert ["caller_left", "finished"] == [record["ending"] for record in house.records()]


async def test_many_leavers_leave_nothing_behind(house: House) -> None:
    """
    A hundred callers go at once; every upstream call ends and the next caller is served.
    """
    house.simulator.always(Misbehaviour(slow_first_token=30))
    callers = [await house.call() for _ in range(100)]
    for caller in callers:
        caller.say(a_request(a_chat(stream=True)))
    await house.simulator.until(lambda: house.simulator.totals.started == 100)

    for caller in callers:
        caller.leave()

    await house.simulator.until(lambda: house.simulator.totals.running == 0, WITHIN_SECONDS)
    await house.until_empty()
    assert {"caller_left"} == {record["ending"] for record in house.records()}
    house.simulator.reset()
    assert 200 == (await house.chat()).status


async def test_a_caller_leaves_between_two_tries(house: House) -> None:
    """
    Nobody is left to wait for the next attempt, so there is none.
    """
    house.simulator.always(Misbehaviour(status=503, retry_after="5"))
    async with await house.call() as caller:
        await _asked(house, caller, stream=False)
        await house.simulator.until(lambda: house.simulator.totals.running == 0)
        await asyncio.sleep(0.02)

        caller.leave()

        await assert_left(house, asked=False)
    assert ["first"] == house.records()[0]["destinations"]


@MODES
async def test_a_caller_who_read_everything_may_go(house: House, *, stream: bool) -> None:
    """
    Leaving after the last byte is no leaving.
    """
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=stream)))
        await (await listen(caller)).rest()

    assert "finished" == (await house.record())["ending"]


async def test_a_caller_leaves_as_its_body_completes(house: House) -> None:
    """
    Request and end of the connection come in one packet: the exchange ends, whatever it had begun.
    """
    house.simulator.always(Misbehaviour(slow_head=30))

    for _ in range(20):
        async with await house.call() as caller:
            caller.say(a_request(a_chat(stream=True)))
            caller.half_close()

    await until(lambda: len(house.records()) == 20)
    assert {"caller_left"} == {record["ending"] for record in house.records()}
    await house.simulator.until(lambda: house.simulator.totals.running == 0, WITHIN_SECONDS)


async def _asked(house: House, caller: Caller, *, stream: bool) -> None:
    caller.say(a_request(a_chat(stream=stream)))
    await house.simulator.until(lambda: house.simulator.totals.started == 1)


async def _stuck(house: House, caller: Caller) -> SimulatedExchange:
    """Ask, read nothing of the answer, and return once nothing moves any more."""
    caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
    caller.say(a_request(a_chat(stream=True)))
    await house.simulator.until(lambda: bool(house.simulator.records))
    exchange = house.simulator.records[0]
    seen = 0
    async with asyncio.timeout(10):
        while not seen or seen != exchange.deltas_sent:
            seen = exchange.deltas_sent
            await asyncio.sleep(0.1)
    return exchange
