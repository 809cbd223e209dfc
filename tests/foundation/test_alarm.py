"""An alarm rings once, when its last deadline has passed."""

import asyncio

import pytest

from gateway.foundation.alarm import Alarm
from tests.fakes.virtual_time import in_virtual_time


def an_alarm(rings: list[float]) -> Alarm:
    """Return an alarm that notes the seconds since now at which it rang."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    return Alarm(loop, lambda: rings.append(round(loop.time() - start, 3)))


@pytest.mark.parametrize(
    ("deadlines", "rang_at"), [([3], [3]), ([3, 5], [5]), ([5, 3], [3]), ([5, 3, 9, 7], [7])]
)
def test_the_last_deadline_counts(deadlines: list[float], rang_at: list[float]) -> None:
    """
    Moving it later or earlier gives one ring, at the deadline set last.
    """
    rings: list[float] = []

    @in_virtual_time
    async def move() -> None:
        alarm = an_alarm(rings)
        for seconds in deadlines:
            alarm.set(seconds)
        await asyncio.sleep(20)

    move()

    assert rang_at == rings


@in_virtual_time
async def test_a_cleared_alarm_does_not_ring_and_can_be_set_again() -> None:
    """
    Clearing forgets the deadline, not the alarm.
    """
    rings: list[float] = []
    alarm = an_alarm(rings)
    alarm.set(3)
    alarm.clear()
    await asyncio.sleep(5)

    alarm.set(2)
    await asyncio.sleep(5)

    assert [7] == rings


@in_virtual_time
async def test_a_cancelled_alarm_lets_go_of_its_timer() -> None:
    """
    Nothing keeps the owner of an alarm alive after the end.
    """
    rings: list[float] = []
    alarm = an_alarm(rings)
    alarm.set(3)

    alarm.cancel()
    await asyncio.sleep(5)

    assert [] == rings


@in_virtual_time
async def test_an_alarm_may_be_set_again_while_it_rings() -> None:
    """
    Whoever looks at a moving deadline sets the next one from the ring.
    """
    rings: list[str] = []

    def ring() -> None:
        rings.append("ring")
        if len(rings) < 3:
            alarm.set(1)

    alarm = Alarm(asyncio.get_running_loop(), ring)
    alarm.set(1)

    await asyncio.sleep(10)

    assert ["ring"] * 3 == rings
