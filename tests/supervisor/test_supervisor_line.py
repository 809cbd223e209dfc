"""A worker's end of the line."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.foundation.message_line import MessageLine
from gateway.supervisor.supervisor_line import SupervisorGone, SupervisorLine
from gateway.telemetry.announcements import Announcement
from gateway.telemetry.catalogue import IN_FLIGHT, NOTICES, WORKER_STARTS
from gateway.telemetry.reading import Account, Reading
from tests.fakes.virtual_time import settle_down

COUNTED: Account = [(WORKER_STARTS, [Reading((), 3.0)]), (IN_FLIGHT, [Reading((), 2.0)])]
LONG: Account = [(NOTICES, [Reading((str(number),), number) for number in range(1200)])]
_MESSAGES_OF_A_COUNT = 3


class Desk:
    """A supervisor's end that keeps what it hears and answers questions with its account."""

    def __init__(self, account: Sequence[str] | None = ("all", " of it"), counted: Account = COUNTED) -> None:
        self.heard: list[dict[str, Any]] = []
        self.account = account
        self.line = MessageLine(self._hear, lambda: None)
        self.gone: list[bool] = []
        self.worker = SupervisorLine(lambda: counted, lambda: self.gone.append(True))

    async def open(self) -> "Desk":
        """Connect both ends."""
        ours, theirs = socket.socketpair()
        await self.line.open(ours)
        await self.worker.open(theirs)
        return self

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["kind"] == "question" and self.account is not None:
            for part in self.account:
                self.line.send({"kind": "account_part", "text": part})
            accept = message["accept"]
            self.line.send({"kind": "account", "accept": accept, "media_type": f"a kind of {accept}"})

    async def until_heard(self, count: int) -> None:
        """Return once so many messages are here."""
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                await settle_down()


async def test_what_is_told_arrives() -> None:
    """
    Readiness with what a start has to say; counts in parts, asked and unasked.
    """
    desk = await Desk().open()
    desk.worker.ready([Announcement("gateway.listening", "hello", {"url": "u"})], "paste this")
    desk.line.send({"kind": "count"})
    await desk.until_heard(1 + _MESSAGES_OF_A_COUNT)
    desk.worker.tell_count()
    await desk.until_heard(1 + 2 * _MESSAGES_OF_A_COUNT)
    await desk.worker.close()

    ready, *counts = desk.heard
    said = [["gateway.listening", "hello", {"url": "u"}]]
    assert {"kind": "ready", "said": said, "to_paste": "paste this"} == ready
    asked, unasked = counts[:_MESSAGES_OF_A_COUNT], counts[_MESSAGES_OF_A_COUNT:]
    assert asked == unasked
    assert ["first", "", "last"] == [part["place"] for part in asked]
    families = {name: readings for part in asked for name, readings in part["families"].items()}
    assert {"gateway_worker_starts_total": 3.0, "gateway_requests_in_flight": 2.0} == {
        name: readings[0][1] for name, readings in families.items()
    }


async def test_a_reload_of_the_others_is_asked_for() -> None:
    """
    Without waiting: who asked has read its own policies already.
    """
    desk = await Desk().open()
    desk.worker.reload_others()
    await desk.until_heard(1)
    await desk.worker.close()

    assert [{"kind": "reload"}] == desk.heard


async def test_a_count_that_is_being_told_gives_way_to_the_last_one() -> None:
    """
    A worker that ends says all at once, and what it had begun to say is taken back.
    """
    desk = await Desk().open()
    desk.line.send({"kind": "count"})
    await desk.until_heard(1)

    desk.worker.tell_count()
    await desk.worker.close()
    await settle_down()

    places = [part["place"] for part in desk.heard]
    assert ["first", "", "last"] == places[-_MESSAGES_OF_A_COUNT:]


async def test_who_takes_changes_is_told_no_more_than_those() -> None:
    """
    What is as it was is not said again, also not at the end; what is no more is said once.
    """
    desk = await Desk(counted=(counted := [*COUNTED])).open()
    told = []
    for step in range(3):
        if step == 2:
            counted[0] = (WORKER_STARTS, [])
            counted[1] = (IN_FLIGHT, [Reading((), 5.0)])
        desk.heard.clear()
        desk.line.send({"kind": "count", "changes": True})
        await desk.until_heard(_MESSAGES_OF_A_COUNT)
        told.append(desk.heard[1])
    desk.heard.clear()
    desk.worker.tell_count()
    await desk.until_heard(_MESSAGES_OF_A_COUNT)
    await desk.worker.close()

    everything, nothing, changes = told
    assert {WORKER_STARTS.name, IN_FLIGHT.name} == everything["families"].keys()
    assert ({}, {}) == (nothing["families"], nothing["gone"])
    assert ({IN_FLIGHT.name: [[[], 5.0]]}, {WORKER_STARTS.name: [[]]}) == (
        changes["families"],
        changes["gone"],
    )
    assert ({}, {}) == (desk.heard[1]["families"], desk.heard[1]["gone"])


async def test_a_long_count_comes_in_parts() -> None:
    """
    Of which none is long, and none is lost.
    """
    desk = await Desk(counted=LONG).open()
    desk.line.send({"kind": "count"})
    await desk.until_heard(4)
    await desk.worker.close()

    parts = [part["families"].get(NOTICES.name, []) for part in desk.heard]
    assert [0, 1000, 200, 0] == [len(part) for part in parts]
    assert [*range(1200)] == [reading[1] for part in parts for reading in part]


async def test_what_was_said_last_leaves_before_the_line_ends() -> None:
    """
    Also more than a pair of sockets holds.
    """
    desk = await Desk(counted=LONG).open()

    for _ in range(40):
        desk.worker.tell_count()
    await desk.worker.close()
    await desk.until_heard(160)

    assert "last" == desk.heard[-1]["place"]


async def test_the_account_of_all_is_asked_for() -> None:
    """
    Several questions at once are all answered, each in the form that it asked for.
    """
    desk = await Desk().open()

    accounts = await asyncio.gather(*[desk.worker.account(accept) for accept in ("open", "text", "text")])
    await desk.worker.close()

    assert [(b"all of it", f"a kind of {accept}") for accept in ("open", "text", "text")] == accounts


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

    await desk.worker.close()
    await settle_down()

    assert [] == desk.gone
