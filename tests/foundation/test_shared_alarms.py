"""Many wait on one timer, and each is woken at its own time."""

import asyncio

from gateway.foundation.shared_alarms import SharedAlarm, SharedAlarms
from tests.fakes.virtual_time import in_virtual_time


class Sleeper:
    """One who notes when it was woken."""

    def __init__(self) -> None:
        self.rung_at: list[float] = []

    def ring(self) -> None:
        """Note the time."""
        self.rung_at.append(round(asyncio.get_running_loop().time(), 2))


async def set_one(alarm: SharedAlarm) -> tuple[Sleeper, float]:
    sleeper = Sleeper()
    alarm.set(sleeper)
    return sleeper, round(alarm.now() + alarm.seconds, 2)


@in_virtual_time
async def test_each_is_woken_once_at_its_own_time() -> None:
    """
    One timer serves them all, and none of them early or late.
    """
    alarm = SharedAlarm(10.0)
    expected = []
    sleepers = []
    for _ in range(3):
        sleeper, due = await set_one(alarm)
        sleepers.append(sleeper)
        expected.append([due])
        await asyncio.sleep(4.0)

    await asyncio.sleep(60.0)

    assert expected == [sleeper.rung_at for sleeper in sleepers]


@in_virtual_time
async def test_who_is_cleared_is_not_woken() -> None:
    """
    Clearing may be repeated, and wakes nobody else.
    """
    alarm = SharedAlarm(10.0)
    first, _ = await set_one(alarm)
    second, due = await set_one(alarm)

    alarm.clear(first)
    alarm.clear(first)
    await asyncio.sleep(60.0)

    assert ([], [due]) == (first.rung_at, second.rung_at)


@in_virtual_time
async def test_the_timer_that_ran_out_for_nobody_is_armed_anew() -> None:
    """
    A quiet time does not end the service.
    """
    alarm = SharedAlarm(10.0)
    gone, _ = await set_one(alarm)
    alarm.clear(gone)
    await asyncio.sleep(60.0)

    late, due = await set_one(alarm)
    await asyncio.sleep(60.0)

    assert [due] == late.rung_at


@in_virtual_time
async def test_one_who_comes_while_the_old_timer_runs_is_not_woken_by_it() -> None:
    """
    The timer of someone who left rings for nobody.
    """
    alarm = SharedAlarm(10.0)
    gone, _ = await set_one(alarm)
    alarm.clear(gone)
    await asyncio.sleep(7.0)

    later, due = await set_one(alarm)
    await asyncio.sleep(5.0)
    early = list(later.rung_at)
    await asyncio.sleep(60.0)

    assert ([], [due]) == (early, later.rung_at)


@in_virtual_time
async def test_who_is_woken_may_clear_and_set_others() -> None:
    """
    The line may change under the hands of the alarm.
    """
    alarm = SharedAlarm(10.0)
    last = Sleeper()

    class Meddler(Sleeper):
        def ring(self) -> None:
            super().ring()
            alarm.clear(second)
            alarm.set(last)

    alarm.set(meddler := Meddler())
    second, due = await set_one(alarm)
    await asyncio.sleep(60.0)

    assert ([due], [], [due + 10.0]) == (meddler.rung_at, second.rung_at, last.rung_at)


@in_virtual_time
async def test_equal_times_share_an_alarm() -> None:
    """
    Other times have their own.
    """
    alarms = SharedAlarms()

    assert alarms.after(5.0) is alarms.after(5.0)
    assert alarms.after(5.0) is not alarms.after(6.0)
