"""A worker's end of the line."""

import asyncio
import socket
from typing import Any

import pytest

from gateway.foundation.message_line import MessageLine
from gateway.supervisor.supervisor_line import SupervisorGone, SupervisorLine
from gateway.telemetry.snapshots import Family, Sample
from tests.fakes.virtual_time import settle_down

COUNTED = [Family("asked", "Asked.", "counter", [Sample("asked_total", {}, 3.0)])]


class Desk:
    """A supervisor's end that keeps what it hears and answers questions with its account."""

    def __init__(self, account: str | None = "all of it") -> None:
        self.heard: list[dict[str, Any]] = []
        self.account = account
        self.line = MessageLine(self._hear, lambda: None)
        self.gone: list[bool] = []
        self.worker = SupervisorLine(lambda: COUNTED, lambda: self.gone.append(True))

    async def open(self) -> "Desk":
        """Connect both ends."""
        ours, theirs = socket.socketpair()
        await self.line.open(ours)
        await self.worker.open(theirs)
        return self

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["kind"] == "question" and self.account is not None:
            self.line.send({"kind": "account", "body": self.account, "media_type": "text/plain"})

    async def until_heard(self, count: int) -> None:
        """Return once so many messages are here."""
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                await settle_down()


async def test_what_is_told_arrives() -> None:
    """
    Readiness with its welcome; counts, asked and unasked.
    """
    desk = await Desk().open()
    desk.worker.ready("hello")
    desk.line.send({"kind": "count"})
    await desk.until_heard(2)
    desk.worker.tell_count()
    await desk.until_heard(3)
    desk.worker.close()

    ready, asked, unasked = desk.heard
    assert {"kind": "ready", "welcome": "hello"} == ready
    assert asked == unasked
    assert [["asked", "Asked.", "counter", [["asked_total", {}, 3.0]]]] == asked["families"]


async def test_the_account_of_all_is_asked_for() -> None:
    """
    Several questions at once are all answered.
    """
    desk = await Desk().open()

    accounts = {*await asyncio.gather(desk.worker.account("text"), desk.worker.account("text"))}
    desk.worker.close()

    assert {(b"all of it", "text/plain")} == accounts
    assert "text" == desk.heard[0]["accept"]


async def test_a_supervisor_that_is_gone_is_told_and_answers_nothing() -> None:
    """
    Whoever waits is refused; the worker hears that it is alone, unless it left itself.
    """
    desk = await Desk(account=None).open()
    asking = asyncio.ensure_future(desk.worker.account(""))
    await desk.until_heard(1)

    desk.line.close()

    with pytest.raises(SupervisorGone):
        await asking
    assert [True] == desk.gone


async def test_leaving_is_not_being_left() -> None:
    """
    A worker that ends its line hears of no end.
    """
    desk = await Desk().open()

    desk.worker.close()
    await settle_down()

    assert [] == desk.gone
