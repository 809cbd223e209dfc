"""However frames come and whoever listens when, each one hears all of it in its order, or a typed end."""

import asyncio
import gc
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cache.flight import Flight
from gateway.cache.replicas.beacon import BEAT_SECONDS, FLUSH_SECONDS, LONGEST_BEAT_SECONDS, Beacon
from gateway.cache.replicas.board import LEASE_SECONDS, Callsign, Claim
from gateway.cache.replicas.receiver import Adrift, Receiver
from gateway.cache.replicas.relay import Relay
from gateway.foundation.last_tasks import LastTasks
from gateway.wire.frames import Frame, FrameKind, FrameSource
from tests.fakes.flights import HandSource, ReadingSink, SpyBill
from tests.fakes.memory_board import BoardLink, MemoryBoard
from tests.fakes.virtual_time import VirtualTimeLoop, in_virtual_time

_CALLSIGN = Callsign(b"tenant01", b"n" * 17, b"t" * 16)


def _as_it_is(_number: int, content: bytes) -> bytes:
    return content


class Owner:
    """A flight that is told of, its caller here, and those who listen elsewhere."""

    def __init__(self) -> None:
        self.board = MemoryBoard()
        self.link = BoardLink(self.board)
        self.source = HandSource()
        self.tasks = LastTasks(self.faults.append)
        bill = SpyBill()
        self.flight = Flight(bill, 10_000_000, 0.0)
        self.caller = self.flight.join(bill)
        self.beacon = Beacon(self.link, _CALLSIGN, self.flight, lock=_as_it_is)
        self.sinks: list[ReadingSink] = []
        self.listening: list[asyncio.Task[None]] = []

    faults: list[BaseException] = []  # noqa: RUF012 - nothing ever comes here

    async def begin(self) -> None:
        """Claim and fly."""
        await self.board.claim(_CALLSIGN, None)
        self.beacon.begin()
        self.flight.begin(self._fetch, self.tasks, self.beacon.land)

    def listen(self) -> None:
        """Let one more process listen."""
        sink = ReadingSink()
        self.sinks.append(sink)
        name = b"%d" % len(self.sinks)
        receiver = Receiver(self.board, _CALLSIGN, name, unlock=_as_it_is)
        self.listening.append(asyncio.ensure_future(_hear(receiver, sink)))

    async def _fetch(self) -> FrameSource:
        return self.source


async def _hear(receiver: Receiver, sink: ReadingSink) -> None:
    try:
        await receiver.begun()
        await receiver.pour(sink)
    except Adrift:
        # They came when it was over, and would make a call of their own.
        assert [] == sink.frames
    finally:
        receiver.close()


_STEPS = st.lists(
    st.one_of(
        st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=4),
        st.floats(0.001, 1.0),
        st.sampled_from(["listen", "cut", "mend"]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_everyone_hears_the_same_whatever_happens_on_the_way(steps: list[object]) -> None:
    """
    Frames in any batches, listeners at any time, and a way to the board that is cut for a moment.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        frames, heard = runner.run(_play(steps))

    assert frames == heard[0]
    assert all(one in ([], frames) for one in heard)


async def _play(steps: Sequence[object]) -> tuple[list[bytes], list[list[bytes]]]:
    owner, told = Owner(), []
    await owner.begin()
    owner.listen()
    await asyncio.sleep(0.01)
    for step in steps:
        if isinstance(step, list):
            told += step
            owner.source.give(*(Frame(FrameKind.DELTA, raw) for raw in step))
        elif isinstance(step, float):
            await asyncio.sleep(step)
        elif step == "listen":
            owner.listen()
        elif step == "cut":
            owner.link.is_cut = True
            await asyncio.sleep(LEASE_SECONDS / 8)
            owner.link.is_cut = False
            await asyncio.sleep(BEAT_SECONDS * 2)
    told.append(b"end")
    owner.source.give(Frame(FrameKind.DONE, b"end"))
    owner.source.finish()
    await asyncio.gather(*owner.listening)
    return told, [sink.events for sink in owner.sinks]


@in_virtual_time
async def test_who_owns_a_call_is_known_as_long_as_it_flies() -> None:
    """
    And nobody afterwards.
    """
    owner, rival = Owner(), Callsign(_CALLSIGN.tenant, _CALLSIGN.name, b"r" * 16)
    await owner.begin()
    await asyncio.sleep(LEASE_SECONDS * 3)
    during = await owner.board.claim(rival, None)
    owner.source.finish()
    await asyncio.sleep(BEAT_SECONDS)
    after = await owner.board.claim(rival, None)

    assert [Claim(_CALLSIGN.token), Claim(rival.token)] == [during, after]


@in_virtual_time
async def test_the_longer_nobody_listens_the_less_is_said() -> None:
    """
    Yet often enough to be owned, and as often as at first once somebody does.
    """
    owner = Owner()
    await owner.begin()
    counts = []
    for _ in range(2):
        owner.board.calls.clear()
        await asyncio.sleep(6)
        counts.append(owner.board.calls.count("beat"))
    owner.listen()
    await asyncio.sleep(1)
    owner.board.calls.clear()
    await asyncio.sleep(6)
    counts.append(owner.board.calls.count("beat"))

    assert 5 <= counts[1] <= 6 / LONGEST_BEAT_SECONDS < counts[0] < 6 / BEAT_SECONDS - 1 <= counts[2]


@in_virtual_time
async def test_a_quick_stream_is_sent_in_batches() -> None:
    """
    Not a word with the board for each of its frames.
    """
    owner = Owner()
    await owner.begin()
    owner.listen()
    await asyncio.sleep(BEAT_SECONDS * 2)
    owner.board.calls.clear()
    for number in range(1000):
        owner.source.give(Frame(FrameKind.DELTA, b"%d" % number))
        await asyncio.sleep(0.001)
    owner.source.give(Frame(FrameKind.DONE, b"end"))
    owner.source.finish()
    await asyncio.gather(*owner.listening)

    assert 1001 == len(owner.sinks[0].events)
    assert owner.board.calls.count("beat") <= 1 / FLUSH_SECONDS + 3


@in_virtual_time
async def test_what_was_made_for_those_who_listened_is_gone_with_them() -> None:
    """
    Without waiting for a collector of cycles.
    """
    gc.collect()
    gc.disable()
    try:
        owner = Owner()
        await owner.begin()
        owner.listen()
        await asyncio.sleep(BEAT_SECONDS * 2)
        during = _relays()
        owner.source.give(Frame(FrameKind.DONE, b"end"))
        owner.source.finish()
        await asyncio.gather(*owner.listening)
        await asyncio.sleep(1)

        assert (1, 0) == (during, _relays())
    finally:
        gc.enable()


def _relays() -> int:
    return sum(isinstance(one, Relay) for one in gc.get_objects())


@pytest.mark.parametrize("away_seconds", [0.5, 1.9, LEASE_SECONDS - 0.5])
@in_virtual_time
async def test_the_end_of_a_call_is_told_though_the_board_is_away_when_it_ends(away_seconds: float) -> None:
    """
    Who was patient hears all of it; and soon nobody takes the call for one that goes on.
    """
    owner, rival = Owner(), Callsign(_CALLSIGN.tenant, _CALLSIGN.name, b"r" * 16)
    await owner.begin()
    owner.listen()
    owner.source.give(Frame(FrameKind.DELTA, b"first"))
    await asyncio.sleep(1)
    owner.link.is_cut = True
    owner.source.give(Frame(FrameKind.DONE, b"end"))
    owner.source.finish()
    await asyncio.sleep(away_seconds)
    # What was on its way when the board went away arrives when it is back.
    owner.board.beat(_CALLSIGN, 1, [], is_last=False)
    owner.link.is_cut = False
    await asyncio.sleep(BEAT_SECONDS * 2)
    after = await owner.board.claim(rival, None)
    heard = await asyncio.gather(*owner.listening, return_exceptions=True)

    assert Claim(rival.token) == after
    assert ([None], [b"first", b"end"]) == (heard, owner.sinks[0].events)


@in_virtual_time
async def test_who_owns_a_call_no_longer_says_nothing_more_of_it() -> None:
    """
    And goes on for its own callers.
    """
    owner = Owner()
    await owner.begin()
    owner.link.is_cut = True
    await asyncio.sleep(LEASE_SECONDS * 2)
    owner.link.is_cut = False
    owner.board.calls.clear()
    owner.source.give(Frame(FrameKind.DONE, b"end"))
    owner.source.finish()
    await asyncio.sleep(1)

    assert [] == owner.board.calls
    assert owner.flight.is_over
