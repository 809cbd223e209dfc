"""Those who listen elsewhere are one follower, who is there as long as one of them is."""

import asyncio

from gateway.cache.flight import Flight
from gateway.cache.replicas.packet import Packet
from gateway.cache.replicas.relay import MOST_SENT_BYTES, Relay
from gateway.vocabulary.refusal import Refusal
from gateway.wire.frames import Frame, FrameKind
from tests.fakes.cache_values import a_delta, a_stream
from tests.fakes.flights import SpyBill
from tests.fakes.virtual_time import in_virtual_time


class Tower:
    """A flight with one caller here, and a relay."""

    def __init__(self, limit_bytes: int = 16 * 1024**2) -> None:
        self.bill = SpyBill()
        self.flight = Flight(self.bill, limit_bytes, 0.0)
        self.caller = self.flight.join(self.bill)
        self.told = 0
        self.relay = Relay(self.flight, tell=self._tell)

    def _tell(self) -> None:
        self.told += 1


def _frames(packets: list[Packet]) -> list[Frame]:
    return [frame for packet in packets for frame in packet.frames]


@in_virtual_time
async def test_it_hears_everything_from_the_first_frame_on_once_somebody_listens() -> None:
    """
    And goes on where it was when nobody listened for a while.
    """
    tower, frames = Tower(), a_stream("a", "b")
    tower.flight.take(frames[:1])
    tower.relay.attend([b"ear"])
    first = _frames(tower.relay.packets())
    tower.relay.attend([])
    tower.flight.take(frames[1:2])
    tower.relay.attend([b"other"])
    second = _frames(tower.relay.packets())

    assert (frames[:1], frames[1:2]) == (first, second)
    assert not tower.relay.has_more


@in_virtual_time
async def test_a_piece_is_never_large() -> None:
    """
    What is locked and sent in one step holds nobody up.
    """
    tower = Tower()
    tower.flight.take([a_delta("x" * 10_000) for _ in range(100)])
    tower.relay.attend([b"ear"])
    sizes = []
    while tower.relay.has_more:
        sizes.append(sum(len(frame.raw) for frame in _frames(tower.relay.packets())))

    assert tower.flight.size_bytes == sum(sizes)
    assert max(sizes) < 64 * 1024 + 11_000


@in_virtual_time
async def test_what_is_too_long_ends_with_a_failure_that_says_so() -> None:
    """
    Whatever was sent of it, nothing more is.
    """
    for tower in (Tower(), Tower(limit_bytes=100)):
        tower.relay.attend([b"ear"])
        tower.flight.take([Frame(FrameKind.DELTA, b"x" * (MOST_SENT_BYTES + 1))])
        (end,) = tower.relay.packets()

        assert end.is_end
        assert tower.relay.has_said_all
        assert end.failure is not None
        assert isinstance(end.failure.refusal(), Refusal)


@in_virtual_time
async def test_those_elsewhere_never_pay() -> None:
    """
    Who left last here does, to the end of the call.
    """
    tower = Tower()
    tower.relay.attend([b"ear"])
    tower.caller.close()
    during = (tower.bill.stays, tower.bill.heirs)
    tower.flight.take([a_delta(), a_delta()])
    tower.relay.attend([])

    assert (True, []) == during
    assert (True, 2) == (tower.flight.is_abandoned, tower.bill.deltas)


@in_virtual_time
async def test_little_waits_for_more_and_much_does_not() -> None:
    """
    Nor does what is left when the flight is over.
    """
    tower = Tower()
    tower.relay.attend([b"ear"])
    tower.flight.take([a_delta()])
    little = (tower.relay.has_more, tower.relay.is_urgent)
    tower.flight.take([a_delta("x" * 70_000)])
    much = tower.relay.is_urgent
    tower.relay.packets()
    rest = tower.relay.is_urgent
    tower.flight.is_over = True

    assert ((True, False), True, False, True) == (little, much, rest, tower.relay.is_urgent)


@in_virtual_time
async def test_it_is_told_in_the_turn_in_which_frames_come() -> None:
    """
    And when the flight is over, for which it waits like every follower.
    """
    tower = Tower()
    tower.relay.attend([b"ear"])
    tower.flight.take([a_delta()])
    tower.relay.wake()

    assert 2 == tower.told
    await asyncio.sleep(0)
