"""Background work is held, told of when it fails, and awaited at the end."""

import asyncio
import gc

import pytest

from gateway.foundation.last_tasks import LastTasks, cancel_all, keep_going
from tests.fakes.virtual_time import in_virtual_time, settle_down


class Work:
    """Work of a certain length that knows how it ended."""

    def __init__(self) -> None:
        self.ending = "running"

    async def take(self, seconds: float) -> None:
        """Take so long."""
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.ending = "cancelled"
            raise
        self.ending = "done"


async def _fail() -> None:
    raise ValueError("broken")


@in_virtual_time
async def test_work_nobody_else_holds_is_done() -> None:
    """
    The garbage collector takes nothing that runs.
    """
    tasks, work = LastTasks(lambda _: None), Work()
    tasks.start(work.take(1))
    gc.collect()

    await tasks.finish(5)

    assert "done" == work.ending


@in_virtual_time
async def test_work_that_takes_too_long_is_cancelled() -> None:
    """
    The end has a deadline, and waits until the cancelled work has let go.
    """
    loop, tasks, work = asyncio.get_running_loop(), LastTasks(lambda _: None), Work()
    tasks.start(work.take(1000))
    began = loop.time()

    await tasks.finish(5)

    assert "cancelled" == work.ending
    assert pytest.approx(5) == loop.time() - began


@in_virtual_time
async def test_the_end_does_not_wait_for_endless_work() -> None:
    """
    Such as dialling a server that is away; whoever started it cancels it.
    """
    loop, errors = asyncio.get_running_loop(), list[BaseException]()
    tasks, endless, last = LastTasks(errors.append), Work(), Work()
    dialling = tasks.start_endless(endless.take(1000))
    tasks.start(last.take(1))
    tasks.start_endless(_fail())
    began = loop.time()

    await tasks.finish(5)

    assert ("running", "done") == (endless.ending, last.ending)
    assert pytest.approx(1) == loop.time() - began
    assert [ValueError] == [type(error) for error in errors]
    await cancel_all([dialling])


@in_virtual_time
async def test_a_failure_is_told() -> None:
    """
    Nobody awaits background work, so its failure goes to `on_error`.
    """
    errors: list[BaseException] = []
    tasks = LastTasks(errors.append)

    tasks.start(_fail())
    await settle_down()

    assert [ValueError] == [type(error) for error in errors]


@in_virtual_time
async def test_cancelled_work_is_no_failure() -> None:
    """
    Who cancels knows.
    """
    errors: list[BaseException] = []
    tasks = LastTasks(errors.append)

    tasks.start(Work().take(10)).cancel()
    await settle_down()

    assert [] == errors


@in_virtual_time
async def test_with_nothing_to_do_the_end_comes_at_once() -> None:
    """
    Also after work that was done long ago.
    """
    loop, tasks = asyncio.get_running_loop(), LastTasks(lambda _: None)
    await tasks.start(Work().take(1))
    began = loop.time()

    await tasks.finish(5)

    assert began == loop.time()


@in_virtual_time
async def test_a_cancellation_that_was_lost_is_made_again() -> None:
    """
    As by a library whose own wait ended in the same moment; nobody waits for ever.
    """

    async def lose_the_first() -> None:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            await asyncio.sleep(1000)

    loop = asyncio.get_running_loop()
    stubborn, other = loop.create_task(lose_the_first()), loop.create_task(Work().take(1000))
    await settle_down()

    await cancel_all([stubborn, other])

    assert [True, True] == [stubborn.cancelled(), other.cancelled()]


class _Stumbling:
    """Work that fails whenever it is begun, after so many seconds."""

    def __init__(self, *lives: float) -> None:
        self._lives = list(lives)
        self.begun_at: list[float] = []

    async def run(self) -> None:
        """Go on for the next life, then fail; the last one ends well."""
        self.begun_at.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._lives.pop(0))
        if self._lives:
            raise ValueError("broken")


@in_virtual_time
async def test_endless_work_that_fails_is_begun_anew() -> None:
    """
    Each failure is told. The pauses grow while it fails at once, and are short again after a good while.
    """
    faults: list[BaseException] = []
    work = _Stumbling(0, 0, 0, 3600, 0, 1)
    start = asyncio.get_running_loop().time()

    await keep_going(work.run, faults.append)

    assert [0, 1, 3, 7, 3608, 3610] == [pytest.approx(at - start) for at in work.begun_at]
    assert 5 == len(faults)


@in_virtual_time
async def test_endless_work_can_be_cancelled() -> None:
    """
    While it runs, and in a pause.
    """
    for life in (3600.0, 0.0):
        faults: list[BaseException] = []
        going = asyncio.ensure_future(keep_going(_Stumbling(life, 1).run, faults.append))
        await asyncio.sleep(0.5)

        await cancel_all([going])

        assert going.cancelled()
