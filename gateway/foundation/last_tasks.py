"""Background work that someone awaits at the end."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias

_AGAIN_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0

OnError: TypeAlias = Callable[[BaseException], None]
Endless: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


async def cancel_all(tasks: "Iterable[asyncio.Task[None]]") -> None:
    """
    Cancel tasks until they have ended.

    Once is not always enough: a library that waits with a deadline can lose a
    cancellation that comes as its own wait ends.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)


async def keep_going(work: Endless, on_error: OnError) -> None:
    """
    Do work that is meant to go on for ever, and begin it anew when it failed.

    After a pause that grows while it fails at once; `on_error` hears each failure.
    """
    loop = asyncio.get_running_loop()
    pause_seconds = _FIRST_PAUSE_SECONDS
    while True:
        began = loop.time()
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told
            on_error(error)
        else:
            return
        if loop.time() - began > _LONGEST_PAUSE_SECONDS:
            pause_seconds = _FIRST_PAUSE_SECONDS
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(_LONGEST_PAUSE_SECONDS, pause_seconds * 2)


class LastTasks:
    """
    Hold every background task until it is done.

    The event loop keeps only weak references; a task nobody holds can vanish
    half-way. A failure is handed to `on_error`, never lost.
    """

    def __init__(self, on_error: OnError) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._endless: set[asyncio.Task[None]] = set()
        self._on_error = on_error

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run this work beside everything else."""
        return self._run(work, self._tasks)

    def start_endless(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run work that may go on for ever: the end does not wait for it, whoever started it cancels it."""
        return self._run(work, self._endless)

    async def finish(self, seconds: float) -> None:
        """Wait up to so many seconds for the running work, then cancel the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            await cancel_all(late)

    def _run(self, work: Coroutine[Any, Any, None], held: "set[asyncio.Task[None]]") -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        held.add(task)
        task.add_done_callback(self._settle)
        return task

    def _settle(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._endless.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error)
