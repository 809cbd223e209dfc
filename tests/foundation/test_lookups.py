"""A name is looked up once for all who want it at the same time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.foundation.lookups import addresses_of
from tests.fakes.virtual_time import settle_down

FOUND = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))


class _Resolving(asyncio.SelectorEventLoop):
    """A loop whose resolver answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[object] = []
        self.answer: asyncio.Future[Any] = self.create_future()

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        """Take note, and wait for the answer."""
        self.asked.append((host, port))
        return await asyncio.shield(self.answer)


def _run(test: Callable[[_Resolving], Awaitable[None]]) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, _Resolving)
        await test(loop)

    with asyncio.Runner(loop_factory=_Resolving) as runner:
        runner.run(run())


def _want(*names: str) -> list["asyncio.Task[Any]"]:
    return [asyncio.get_running_loop().create_task(addresses_of(name, 443)) for name in names]


def test_who_asks_meanwhile_hears_the_same_answer() -> None:
    """
    Another name is looked up beside it, and whoever asks later asks anew.
    """

    async def test(loop: _Resolving) -> None:
        wanted = _want("one", "one", "other", "one")
        await settle_down()
        together = list(loop.asked)
        loop.answer.set_result([FOUND])
        found = await asyncio.gather(*wanted)
        await asyncio.gather(*_want("one"))

        assert [("one", 443), ("other", 443)] == together
        assert [[(socket.AF_INET, ("192.0.2.1", 443))]] * 4 == found
        assert [("one", 443)] == loop.asked[2:]

    _run(test)


def test_who_leaves_takes_nobody_along() -> None:
    """
    The look-up goes on for the others, and for who comes after all have left.
    """

    async def test(loop: _Resolving) -> None:
        leaver, stayer = _want("one", "one")
        await settle_down()
        leaver.cancel()
        await settle_down()
        late = _want("one")[0]
        await settle_down()
        loop.answer.set_result([FOUND])

        assert await stayer == await late
        assert leaver.cancelled()
        assert [("one", 443)] == loop.asked

    _run(test)


def test_a_name_without_address_is_told_to_all() -> None:
    """
    Also where all have left by then, and nobody is told.
    """

    async def test(loop: _Resolving) -> None:
        complaints: list[object] = []
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        first, second = _want("one", "one")
        leaver = _want("other")[0]
        await settle_down()
        leaver.cancel()
        loop.answer.set_exception(socket.gaierror(-2, "no such name"))

        for wanted in (first, second):
            with pytest.raises(socket.gaierror):
                await wanted
        await settle_down()
        assert [] == complaints

    _run(test)
