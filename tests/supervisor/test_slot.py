"""One slot: a worker that dies early, and a replacement that never becomes ready."""

import asyncio
import socket
from collections.abc import Sequence

import pytest

from gateway.foundation.listening import open_shared
from gateway.supervisor.slot import READY_SECONDS, Slot
from gateway.supervisor.worker import Worker
from gateway.telemetry.tenant_names import TenantNames
from gateway.telemetry.total import Total
from tests.fakes.house import until
from tests.fakes.measured import OPEN
from tests.supervisor.crew import ALIVE, pretending, value_on

pytestmark = pytest.mark.slow


class Place:
    """A slot whose next worker plays a part."""

    def __init__(self, part: str, *, ready_seconds: float = READY_SECONDS) -> None:
        self.part = part
        self.told: list[str] = []
        self.spawned: list[Worker] = []
        self.gate: asyncio.Event | None = None
        self.sockets = open_shared("127.0.0.1", 0, 1)
        self.address = self.sockets[0].getsockname()
        self.total = Total(TenantNames(9))
        self.slot = Slot(
            7,
            self.sockets,
            self._spawn,
            lambda said: self.told.append(said.text),
            stop_seconds=2.0,
            ready_seconds=ready_seconds,
        )

    async def _spawn(self, sockets: Sequence[socket.socket]) -> Worker:
        if self.part == "none":
            raise OSError("no process to be had")
        if self.gate is not None:
            await self.gate.wait()
        self.spawned.append(await Worker.spawn(sockets, self.total, lambda *_: None, pretending(self.part)))
        return self.spawned[-1]

    async def call(self) -> int:
        """Connect once and return the process that answered; 0 if nobody listens."""
        try:
            reader, writer = await asyncio.open_connection(*self.address)
            pid = await asyncio.wait_for(reader.read(), 20)
        except ConnectionError:
            return 0
        writer.close()
        return int(pid or 0)

    async def until(self, words: str, times: int = 1) -> None:
        """Return once this was told so often."""
        await until(lambda: sum(words in told for told in self.told) >= times)

    async def alive(self) -> float:
        """Return how many workers say that they live."""
        await self.slot.count()
        return value_on(self.total.page(OPEN)[0], ALIVE)

    async def end(self, keeping: "asyncio.Task[None] | None" = None) -> None:
        """Stop everything."""
        await self.slot.stop()
        if keeping is not None:
            await keeping
        for one in self.sockets:
            one.close()


async def test_a_worker_that_dies_at_its_start_is_given_a_pause() -> None:
    """
    The first time at once, then after a while.
    """
    place = Place("die")
    keeping = asyncio.ensure_future(place.slot.keep())
    await place.until("the next one starts now")
    await place.until("the next one starts in 0.5 seconds")
    await place.end(keeping)

    assert any("ended with 3" in told for told in place.told)


async def test_who_waits_for_a_worker_that_does_not_start_is_sent_away() -> None:
    """
    Nobody hangs in a queue that nobody reads: others may serve them. The next worker is called again.
    """
    place = Place("die")
    keeping = asyncio.ensure_future(place.slot.keep())
    await place.until("the next one starts in")
    while_none_starts = await place.call()
    place.part = "serve"
    await until(lambda: place.slot.worker is not None and place.slot.worker.is_ready.is_set())
    served = await place.call()
    worker = place.slot.worker
    await place.end(keeping)

    assert 0 == while_none_starts
    assert worker is not None
    assert worker.pid == served


async def test_who_waits_for_a_worker_that_is_slow_to_start_is_sent_away() -> None:
    """
    A worker that never becomes ready keeps nobody waiting, either.
    """
    place = Place("hang", ready_seconds=0.05)
    keeping = asyncio.ensure_future(place.slot.keep())
    waiting = asyncio.ensure_future(place.call())
    await place.until("ended with -9")

    assert 0 == await waiting
    await place.end(keeping)


async def test_who_comes_in_a_pause_is_sent_away() -> None:
    """
    Workers that become ready and die soon after keep nobody waiting for the next one, either.
    """
    place = Place("fall")
    keeping = asyncio.ensure_future(place.slot.keep())
    await place.until("the next one starts in 1 seconds")
    in_the_pause = await place.call()
    await place.end(keeping)

    assert 0 == in_the_pause


async def test_who_comes_while_a_stopped_worker_finishes_is_refused() -> None:
    """
    Once it accepts nobody any more; a balancer then goes elsewhere at once and waits for nobody.
    """
    place = Place("slow")
    await place.slot.start()
    worker = place.spawned[0]
    stopping = asyncio.ensure_future(place.slot.stop())
    while await place.call():  # noqa: ASYNC110 - another process tells of no change
        await asyncio.sleep(0.01)
    is_finishing = not worker.has_ended
    await stopping

    assert is_finishing


async def test_one_that_takes_the_place_of_a_start_is_called() -> None:
    """
    A start that hangs is ended by the replacement, which goes on listening.
    """
    place = Place("hang")
    keeping = asyncio.ensure_future(place.slot.keep())
    await until(lambda: place.slot.worker is not None)
    place.part = "serve"
    is_replaced = await place.slot.replace()
    worker = place.slot.worker
    served = await place.call()
    await place.end(keeping)

    assert is_replaced
    assert worker is not None
    assert worker.pid == served


async def test_one_that_is_ready_and_does_not_listen_has_not_started() -> None:
    """
    It lost its socket in the moment in which callers were sent away: another takes its place.
    """
    place = Place("mute")
    has_started = await place.slot.start()
    has_replaced = await place.slot.replace()
    place.part = "serve"
    keeping = asyncio.ensure_future(place.slot.keep())
    await place.until("ended with -9")
    await place.end(keeping)

    assert not has_started
    assert not has_replaced


async def test_a_process_that_cannot_be_had_is_tried_for_again() -> None:
    """
    The slot lives on, and serves once there is a process.
    """
    place = Place("none")
    keeping = asyncio.ensure_future(place.slot.keep())
    await place.until("cannot be started: no process to be had")
    place.part = "serve"
    await until(lambda: place.slot.worker is not None and place.slot.worker.is_ready.is_set())
    await place.end(keeping)

    assert 2 <= place.slot.starts


async def test_a_replacement_that_dies_leaves_the_old_one() -> None:
    """
    A new version that does not start takes nothing down.
    """
    place = Place("serve")
    started = await place.slot.start()
    old = place.slot.worker
    place.part = "die"

    replaced = await place.slot.replace()
    is_the_old_one = place.slot.worker is old
    await place.end()

    assert started
    assert not replaced
    assert is_the_old_one
    assert any("the old one goes on" in told for told in place.told)


async def test_a_slot_that_was_filled_meanwhile_keeps_that_worker() -> None:
    """
    All are replaced while a slot without one is being given another: the later one ends.
    """
    place = Place("serve")
    place.gate = asyncio.Event()
    keeping = asyncio.ensure_future(place.slot.keep())
    await until(lambda: place.slot.starts == 1)
    gate, place.gate = place.gate, None
    replaced = await place.slot.replace()
    chosen = place.slot.worker
    gate.set()
    await until(lambda: len(place.spawned) == 2)
    too_many = place.spawned[-1]
    await too_many.until_ended(20)
    await place.end(keeping)

    assert replaced
    assert chosen is place.spawned[0]
    assert too_many.has_ended
    assert place.slot.worker is chosen


async def test_how_long_a_start_may_take_is_said_by_who_makes_the_slot() -> None:
    """
    A worker that does not become ready in that time did not start.
    """
    place = Place("hang", ready_seconds=0.05)
    has_started = await place.slot.start()
    assert place.slot.worker is not None
    place.slot.worker.kill()
    await place.end()

    assert not has_started


async def test_a_worker_that_finishes_what_it_began_is_still_counted() -> None:
    """
    While it drains beside the new one, both say what they have; afterwards what it counted remains.
    """
    place = Place("deaf")
    await place.slot.start()
    old, place.part = place.slot.worker, "serve"
    replacing = asyncio.ensure_future(place.slot.replace())
    await until(lambda: place.slot.worker is not old)
    both = await place.alive()
    await replacing
    one = await place.alive()
    await place.end()

    assert (2, 1) == (both, one)
