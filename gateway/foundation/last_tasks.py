"""Background work that someone awaits at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class LastTasks:
    """
    Hold every background task until it is done.

    The event loop keeps only weak references; a task nobody holds can vanish
    half-way. A failure is handed to `on_error`, never lost.
    """

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_error = on_error

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run this work beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._settle)
        return task

    async def finish(self, seconds: float) -> None:
        """Wait up to so many seconds for the running work, then cancel the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _settle(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error)
