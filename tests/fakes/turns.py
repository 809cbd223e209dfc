"""Whoever else wants a turn of the event loop, and how many they had."""

import asyncio
from types import TracebackType
from typing import Self


class Others:
    """Take every turn that is offered between entering and leaving; `turns` says how many there were."""

    def __init__(self) -> None:
        self.turns = 0

    async def __aenter__(self) -> Self:
        self._waiting = asyncio.ensure_future(self._take())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.cancel()

    async def _take(self) -> None:
        while True:
            self.turns += 1
            await asyncio.sleep(0)
