"""The exchanges that run now, and their end when the gateway stops."""

import asyncio

import pytest

from gateway.edge.running import Running, Visit
from tests.fakes.virtual_time import in_virtual_time, settle_down


class Guest:
    """A task that stays until it is cancelled, and then as long as it needs to leave."""

    def __init__(self, running: Running, stays: float = 1e6, leaves_in: float = 0.0) -> None:
        self.visit: Visit | None = None
        self.task = asyncio.ensure_future(self._stay(running, stays, leaves_in))

    async def _stay(self, running: Running, stays: float, leaves_in: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.visit = Visit(task)
        running.enter(self.visit)
        try:
            await asyncio.sleep(stays)
        except asyncio.CancelledError:
            await asyncio.sleep(leaves_in)
        finally:
            running.leave(self.visit)


@in_virtual_time
async def test_an_empty_house_is_drained_at_once() -> None:
    """
    With nobody inside there is nothing to wait for.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()

    await Running().drain(30)

    assert began == loop.time()


@in_virtual_time
async def test_who_finishes_in_time_is_not_disturbed() -> None:
    """
    The drain ends with the last guest.
    """
    loop, running = asyncio.get_running_loop(), Running()
    guests = [Guest(running, stays=5), Guest(running, stays=10)]
    await settle_down()
    began = loop.time()

    await running.drain(30)

    assert pytest.approx(10) == loop.time() - began
    assert [False, False] == [guest.visit.was_drained for guest in guests if guest.visit]


@in_virtual_time
async def test_who_stays_too_long_is_ended() -> None:
    """
    When the time is up, everyone left is drained, and waited for.
    """
    running = Running()
    guests = [Guest(running, stays=5), Guest(running), Guest(running)]
    await settle_down()

    await running.drain(30)

    assert [False, True, True] == [guest.visit.was_drained for guest in guests if guest.visit]
    assert 0 == len(running)


@in_virtual_time
async def test_last_words_are_bounded() -> None:
    """
    A guest who does not leave when drained holds the stop up for five seconds, not for ever.
    """
    loop, running = asyncio.get_running_loop(), Running()
    guest = Guest(running, leaves_in=1000)
    await settle_down()
    began = loop.time()

    await running.drain(30)

    assert pytest.approx(35) == loop.time() - began
    assert 1 == len(running)
    guest.task.cancel()


@in_virtual_time
async def test_the_house_counts_its_guests() -> None:
    """
    Everyone once; leaving twice changes nothing.
    """
    running = Running()
    guests = [Guest(running), Guest(running)]
    await settle_down()
    inside = len(running)

    for guest in guests[:1] * 2:
        assert guest.visit is not None
        running.leave(guest.visit)

    assert (2, 1) == (inside, len(running))
    for guest in guests:
        guest.task.cancel()


@pytest.mark.parametrize(("end", "flags"), [(Visit.leave, (True, False)), (Visit.drain, (False, True))])
@in_virtual_time
async def test_a_visit_knows_why_it_was_cut(end: object, flags: tuple[bool, bool]) -> None:
    """
    Leaving and draining both cancel; the flag says which it was.
    """
    guest = Guest(Running())
    await settle_down()
    visit = guest.visit
    assert visit is not None
    assert callable(end)

    end(visit)
    await guest.task

    assert flags == (visit.has_left, visit.was_drained)
