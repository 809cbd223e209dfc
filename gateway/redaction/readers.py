"""Those who read for a long time, in threads, so that the event loop has others to serve."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

_MOST = 4


class Readers:
    """
    Let so many read at once; others wait in line.

    A thread cannot be stopped. One that was given up on keeps its place until
    it ends by itself, so that slow models never fill a process with threads;
    while all places are lost like that, nobody waits for nothing.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._threads = ThreadPoolExecutor(most, "model-reader")
        self._places = asyncio.Semaphore(most)
        self._given_up: set[Future[bool]] = set()

    async def read(self, step: Callable[[], bool], seconds: float) -> bool:
        """Return what a step says; raise `TimeoutError` if that takes longer, waiting in line included."""
        if len(self._given_up) == self._most:
            raise TimeoutError
        async with asyncio.timeout(seconds):
            await self._places.acquire()
            loop = asyncio.get_running_loop()
            reading = self._threads.submit(step)
            reading.add_done_callback(lambda done: _told(loop, self._ended, done))
            try:
                return await asyncio.wrap_future(reading)
            finally:
                if not reading.done():
                    self._given_up.add(reading)

    def _ended(self, reading: Future[bool]) -> None:
        self._given_up.discard(reading)
        self._places.release()


def _told(
    loop: asyncio.AbstractEventLoop, act: Callable[[Future[bool]], None], reading: Future[bool]
) -> None:
    # A loop that is closed has nobody left who waits.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act, reading)
