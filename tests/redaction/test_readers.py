"""Threads that read, and those that nobody waits for any more."""

import asyncio
import threading
from contextlib import suppress

import pytest

from gateway.redaction.readers import Readers
from tests.fakes.turns import Others


class Hanging:
    """A step that ends when it is told to."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.has_begun = threading.Semaphore(0)
        self.begun = 0

    def __call__(self) -> bool:
        self.begun += 1
        self.has_begun.release()
        self.may_end.wait(10)
        return True

    async def begins(self) -> None:
        """Return when one more has begun."""
        await asyncio.to_thread(self.has_begun.acquire, timeout=5)


async def until_free(readers: Readers) -> None:
    """Read as soon as there is a place."""
    async with asyncio.timeout(5):
        while True:
            with suppress(TimeoutError):
                assert await readers.read(lambda: True, 5)
                return
            await asyncio.sleep(0)


async def test_others_have_their_turn_while_one_reads() -> None:
    """
    A thread reads, the loop goes on.
    """
    hanging, readers = Hanging(), Readers(1)

    reading = asyncio.ensure_future(readers.read(hanging, 5))
    await hanging.begins()
    async with Others() as others:
        for _ in range(50):
            await asyncio.sleep(0)
    hanging.may_end.set()

    assert await reading
    assert others.turns >= 50


async def test_only_so_many_read_at_once_and_the_others_wait_in_line() -> None:
    """
    And are served when one has ended.
    """
    hanging, readers = Hanging(), Readers(2)
    readings = [asyncio.ensure_future(readers.read(hanging, 5)) for _ in range(5)]
    for _ in range(2):
        await hanging.begins()

    assert 2 == hanging.begun
    hanging.may_end.set()
    assert [True] * 5 == await asyncio.gather(*readings)


async def test_one_that_was_given_up_on_keeps_its_place_and_the_last_place_fails_at_once() -> None:
    """
    Where all hang, nobody waits for nothing; where one has ended, the next one reads.
    """
    hanging, readers = Hanging(), Readers(2)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await readers.read(hanging, 0.01)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(readers.read(lambda: True, 60), 5)
    assert 2 == hanging.begun

    hanging.may_end.set()
    async with asyncio.timeout(5):
        while True:
            try:
                assert await readers.read(lambda: True, 5)
            except TimeoutError:
                await hanging.begins()
            else:
                break


async def test_whoever_waits_in_line_too_long_fails() -> None:
    """
    The wait counts; and its place is left to the next.
    """
    hanging, readers = Hanging(), Readers(1)
    first = asyncio.ensure_future(readers.read(hanging, 5))
    await hanging.begins()

    with pytest.raises(TimeoutError):
        await readers.read(lambda: True, 0.01)

    hanging.may_end.set()
    assert await first
    assert await readers.read(lambda: True, 5)


async def test_a_caller_who_leaves_gives_up_the_reader() -> None:
    """
    It reads to the end of its step, and then somebody else may.
    """
    hanging, readers = Hanging(), Readers(1)
    reading = asyncio.ensure_future(readers.read(hanging, 5))
    await hanging.begins()

    reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(TimeoutError):
        await readers.read(lambda: True, 5)
    hanging.may_end.set()
    await until_free(readers)


async def test_an_error_of_a_step_is_its_callers() -> None:
    """
    And leaves its place free.
    """

    def fail() -> bool:
        raise ZeroDivisionError

    readers = Readers(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await readers.read(fail, 5)
