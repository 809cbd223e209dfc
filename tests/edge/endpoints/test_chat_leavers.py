"""An exchange that is left, cancelled or drained, at every place where it waits, ends once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
import pytest

from gateway.edge.request_body import BodyIncomplete
from gateway.upstreams.itinerary import Retry
from gateway.upstreams.transport import ConnectFailed
from gateway.vocabulary.ending import Ending
from tests.fakes.builders import (
    delta_event,
)
from tests.fakes.caller_side import ScriptedDoorway
from tests.fakes.small_house import SmallHouse, a_chat_body
from tests.fakes.spies import SpyLedger
from tests.fakes.upstream_side import SILENCE, ScriptedReply, ScriptedTransport, Silence
from tests.fakes.virtual_time import in_virtual_time, settle_down

SHUTTING_DOWN = "shutting_down"
_PATIENT = Retry(attempts=3)


@dataclass
class Moment:
    """A place at which an exchange waits."""

    body: bytes | None = field(default_factory=lambda: a_chat_body(stream=True))
    transport: Callable[[], ScriptedTransport] = ScriptedTransport
    ledger: Callable[[], SpyLedger] = SpyLedger
    reads: bool = True
    asked: int = 0
    has_begun: bool = False


def _streaming(*steps: bytes | Silence) -> Callable[[], ScriptedTransport]:
    return lambda: ScriptedTransport(ScriptedReply(*steps))


MOMENTS = {
    "body": Moment(body=None),
    "reservation": Moment(ledger=lambda: SpyLedger(answers=False)),
    "sending": Moment(transport=lambda: ScriptedTransport(SILENCE), asked=1),
    "first-token": Moment(transport=_streaming(SILENCE), asked=1),
    "pause": Moment(
        transport=lambda: ScriptedTransport(ConnectFailed("down"), ConnectFailed("down")), asked=2
    ),
    "second-leg": Moment(
        transport=lambda: ScriptedTransport(ConnectFailed("down"), ScriptedReply(SILENCE)), asked=2
    ),
    "between-frames": Moment(transport=_streaming(delta_event(), SILENCE), asked=1, has_begun=True),
    "blocked-write": Moment(
        transport=_streaming(delta_event(), delta_event()), reads=False, asked=1, has_begun=True
    ),
    "whole": Moment(body=a_chat_body(), transport=_streaming(b'{"id"', SILENCE), asked=1),
}


class Scene:
    """A caller who stands at one of those places."""

    def __init__(self, moment: Moment) -> None:
        self.transport = moment.transport()
        self.replies = [answer for answer in self.transport._answers if isinstance(answer, ScriptedReply)]
        self.house = SmallHouse(self.transport, ledger=moment.ledger(), retry=_PATIENT)
        self.doorway = ScriptedDoorway(moment.body)
        if not moment.reads:
            self.doorway.reply.wants_to_read.clear()

    async def begin(self) -> "asyncio.Task[None]":
        """Go as far as the moment."""
        return await self.house.visited(self.doorway)


everywhere = pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())


@everywhere
@in_virtual_time
async def test_a_caller_may_leave_at_any_moment(moment: Moment) -> None:
    """
    The exchange ends once as CALLER_LEFT, is settled if it was reserved, and lets go of everything.
    """
    scene = Scene(moment)
    task = await scene.begin()

    scene.doorway.leave()
    await task

    house = scene.house
    assert Ending.CALLER_LEFT == house.outcome.ending
    assert house.ledger.reserved == [reservation for reservation, _ in house.ledger.settled]
    assert moment.asked == len(house.outcome.attempts) == len(scene.transport.asked)
    assert all(reply.is_closed for reply in scene.replies)
    assert 0 == len(house.running)
    assert [] == house.faults


@everywhere
@in_virtual_time
async def test_being_cancelled_twice_skips_nothing(moment: Moment) -> None:
    """
    A second cancellation in the tick of the first changes nothing.
    """
    scene = Scene(moment)
    task = await scene.begin()

    scene.doorway.leave()
    task.cancel()
    await asyncio.wait([task])

    assert Ending.CALLER_LEFT == scene.house.outcome.ending
    assert scene.house.ledger.reserved == [reservation for reservation, _ in scene.house.ledger.settled]
    assert 0 == len(scene.house.running)


@everywhere
@in_virtual_time
async def test_an_exchange_that_the_server_cancels_is_settled_too(moment: Moment) -> None:
    """
    A cancellation that nobody here asked for is passed on, after the one ending.
    """
    scene = Scene(moment)
    task = await scene.begin()

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert scene.doorway.reply.is_aborted
    assert Ending.CALLER_LEFT == scene.house.outcome.ending


@everywhere
@in_virtual_time
async def test_a_drained_exchange_is_told_why(moment: Moment) -> None:
    """
    Before the head as a 503 with its code, afterwards as a typed event and a cut body, never a clean end.
    """
    scene = Scene(moment)
    task = await scene.begin()

    draining = asyncio.ensure_future(scene.house.running.drain(0.0))
    await settle_down()
    scene.doorway.reply.wants_to_read.set()
    await asyncio.wait([task, draining])

    reply, outcome = scene.doorway.reply, scene.house.outcome
    told = reply.writes[-1].removeprefix(b"data: ")
    assert SHUTTING_DOWN == orjson.loads(told)["error"]["code"]
    assert (Ending.REFUSED, SHUTTING_DOWN) == (outcome.ending, outcome.code)
    assert (moment.has_begun, not moment.has_begun) == (reply.is_aborted, reply.is_ended)
    assert (200 if moment.has_begun else 503) == reply.status == outcome.status
    assert task.exception() is None


@in_virtual_time
async def test_a_caller_who_leaves_while_being_told_of_the_drain() -> None:
    """
    Last words to a caller who does not read end when it leaves.
    """
    scene = Scene(MOMENTS["between-frames"])
    task = await scene.begin()
    scene.doorway.reply.wants_to_read.clear()
    draining = asyncio.ensure_future(scene.house.running.drain(0.0))
    await settle_down()

    scene.doorway.leave()
    await asyncio.wait([task, draining])

    assert Ending.CALLER_LEFT == scene.house.outcome.ending
    assert 0 == len(scene.house.running)


@in_virtual_time
async def test_a_caller_who_was_gone_before_we_began_has_left() -> None:
    """
    Word of the leaving that comes at the very beginning is not lost.
    """
    house = SmallHouse()
    doorway = ScriptedDoorway(BodyIncomplete("The request body was cut short; send it again."))
    doorway.leave()

    await asyncio.wait([asyncio.ensure_future(house.visit(doorway))])

    assert Ending.CALLER_LEFT == house.outcome.ending
