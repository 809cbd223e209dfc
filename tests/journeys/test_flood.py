"""More than a caller reads, more than a server takes: memory stays bounded in both directions."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.simulator.misbehaviour import Misbehaviour
from gateway.simulator.records import SimulatedExchange
from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request
from tests.fakes.open_door import Caller

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DELTAS, DELTA_SIZE = 60_000, 1000
FLOOD = Misbehaviour(deltas=DELTAS, delta_size=DELTA_SIZE)
# Loopback sockets take a few megabytes each; the flood is 60 MB and more.
MOST_BYTES = 20 * 1024 * 1024


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


async def test_a_reader_who_stops_holds_the_flood_back(house: House) -> None:
    """
    The upstream is stopped by back-pressure: what it could send fits the buffers on the way.
    """
    house.simulator.next(FLOOD)

    async with await house.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
        caller.say(a_request(a_chat(stream=True)))
        exchange = await _until_it_stands_still(house)

    assert 0 < exchange.deltas_sent * DELTA_SIZE < MOST_BYTES


async def test_a_reader_who_goes_on_gets_everything(house: House) -> None:
    """
    After a pause the flood goes on where it stood, and not a delta is lost.
    """
    house.simulator.next(Misbehaviour(deltas=20_000, delta_size=DELTA_SIZE))

    async with await house.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
        caller.say(a_request(a_chat(stream=True)))
        await _until_it_stands_still(house)
        caller.writer.transport.resume_reading()  # type: ignore[attr-defined] # it is a socket's transport
        size = await _read_to_the_end(caller)

    assert size > 20_000 * DELTA_SIZE
    assert "finished" == (await house.record())["ending"]


async def test_a_slow_reader_disturbs_no_other(house: House) -> None:
    """
    While one stream stands still, others are whole.
    """
    house.simulator.next(FLOOD)

    async with await house.call() as caller:
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined] # it is a socket's transport
        caller.say(a_request(a_chat(stream=True)))
        await _until_it_stands_still(house)

        answers = await asyncio.gather(*(house.chat(stream=True) for _ in range(20)))

    assert all(answer.is_whole for answer in answers)


async def test_a_large_body_reaches_the_upstream_whole(house: House) -> None:
    """
    Ten megabytes up, through every buffer, byte for byte.
    """
    text = "0123456789" * 1_000_000

    answer = await house.chat(text)

    assert 200 == answer.status
    assert text == house.simulator.records[0].request["messages"][0]["content"]


async def test_a_large_whole_answer_reaches_the_caller_whole(house: House) -> None:
    """
    Ten megabytes down.
    """
    house.simulator.next(Misbehaviour(deltas=10_000, delta_size=1000))

    answer = await house.chat()

    assert 10_000_000 <= len(answer.document["choices"][0]["message"]["content"])


async def _until_it_stands_still(house: House) -> SimulatedExchange:
    await house.simulator.until(lambda: bool(house.simulator.records))
    exchange = house.simulator.records[0]
    seen = 0
    async with asyncio.timeout(10):
        while not seen or seen != exchange.deltas_sent:
            seen = exchange.deltas_sent
            await asyncio.sleep(0.1)
    return exchange


async def _read_to_the_end(caller: Caller) -> int:
    size, tail = 0, b""
    while not tail.endswith(b"0\r\n\r\n"):
        data = await asyncio.wait_for(caller.reader.read(1024 * 1024), 10)
        assert data, "the body was cut"
        size += len(data)
        tail = (tail + data)[-16:]
    return size
