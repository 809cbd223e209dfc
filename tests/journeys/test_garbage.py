"""What an exchange needed is free when it ends; the garbage collector has nothing to find."""

import gc
from pathlib import Path

import pytest

from gateway.edge.running import Visit
from gateway.pipeline.exchange_log import ExchangeLog
from gateway.pipeline.heartbeat import Heartbeat
from gateway.pipeline.response_path import ResponsePath
from gateway.simulator.misbehaviour import Misbehaviour
from gateway.upstreams.attempt import LiveAnswer
from tests.fakes.house import House, a_chat, a_house, a_request, listen, until

pytestmark = pytest.mark.slow

PARTS = (ExchangeLog, Heartbeat, LiveAnswer, ResponsePath, Visit)


def parts_alive() -> list[str]:
    """Return what is still held of exchanges."""
    return [type(one).__name__ for one in gc.get_objects() if isinstance(one, PARTS)]


async def a_leaver(house: House, *, stream: bool) -> None:
    """Ask, and leave in the middle of a stream, or while the model is silent."""
    house.simulator.next(Misbehaviour(stall_after=1))
    async with await house.call() as caller:
        caller.say(a_request(a_chat(stream=stream)))
        await until(lambda: house.in_flight == 1)
        if stream:
            await listen(caller)
    await house.until_empty()


@pytest.mark.parametrize("stream", [False, True])
async def test_an_exchange_leaves_no_garbage(tmp_path: Path, *, stream: bool) -> None:
    """
    Answered or left by its caller: nothing of an exchange waits for the collector.

    A collection looks through everything that lives, and objects that wait
    for it spread those that come after them over more memory.
    """
    async with a_house(tmp_path) as house:
        await house.chat(stream=stream)
        gc.collect()
        gc.disable()
        try:
            await house.chat(stream=stream)
            await a_leaver(house, stream=stream)
            await house.chat(stream=stream)
            await house.until_empty()
            alive = parts_alive()
        finally:
            gc.enable()

    assert [] == alive
