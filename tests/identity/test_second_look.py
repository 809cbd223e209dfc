"""A second look at the store is shared, bounded, and never lost to a leaver."""

import asyncio
from itertools import pairwise

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.state_store import StateUnavailable
from gateway.identity.second_look import SecondLook
from tests.fakes.virtual_time import LoopClock, in_virtual_time, settle_down


class Store:
    """What is looked at; it answers when it is told to."""

    def __init__(self) -> None:
        self.looks = 0
        self.answer = asyncio.Event()

    async def catch_up(self) -> None:
        """Count a look and wait for the answer."""
        self.looks += 1
        await self.answer.wait()


def a_look(store: Store) -> SecondLook:
    """A look that may be taken at any time."""
    return SecondLook(store.catch_up, FakeClock(), LastTasks(lambda _: None), every_seconds=0.0)


async def test_who_comes_while_a_look_is_under_way_waits_for_the_next() -> None:
    """
    The one under way may have read before their key was made.
    """
    store = Store()
    look = a_look(store)
    first = asyncio.ensure_future(look.taken())
    await settle_down()
    second = asyncio.ensure_future(look.taken())
    await settle_down()

    store.answer.set()
    await asyncio.gather(first, second)

    assert 2 == store.looks


async def test_a_crowd_shares_one_look() -> None:
    """
    A thousand unknown keys ask the store once.
    """
    store = Store()
    store.answer.set()
    look = a_look(store)

    await asyncio.gather(*(look.taken() for _ in range(1000)))

    assert 1 == store.looks


async def test_a_leaver_takes_the_look_from_nobody() -> None:
    """
    The others get their answer.
    """
    store = Store()
    look = a_look(store)
    leaver, stayer = (asyncio.ensure_future(look.taken()) for _ in range(2))
    await settle_down()
    leaver.cancel()
    await settle_down()

    store.answer.set()
    await stayer

    assert leaver.cancelled()
    assert 1 == store.looks


@in_virtual_time
async def test_looks_keep_their_distance() -> None:
    """
    Whoever guesses well-formed keys cannot make the store busy.
    """
    clock = LoopClock()
    began: list[float] = []

    async def catch_up() -> None:
        began.append(clock.monotonic())

    look = SecondLook(catch_up, clock, LastTasks(lambda _: None), every_seconds=0.2)
    for _ in range(4):
        await look.taken()

    gaps = [later - earlier for earlier, later in pairwise(began)]
    assert all(gap >= 0.199 for gap in gaps)


async def test_a_silent_store_ends_the_wait() -> None:
    """
    Then nobody knows more than before.
    """

    async def fail() -> None:
        raise StateUnavailable("it is down")

    faults: list[BaseException] = []
    look = SecondLook(fail, FakeClock(), LastTasks(faults.append), every_seconds=0.0)

    await look.taken()

    assert ([], 1) == (faults, look.unanswered)
