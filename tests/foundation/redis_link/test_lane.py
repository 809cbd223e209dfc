"""One connection that many commands share."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import hiredis
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.redis_link.call import AwaitedCall, Call
from gateway.foundation.redis_link.lane import Lane, first_error
from tests.fakes.virtual_time import VirtualTimeLoop, in_virtual_time, settle_down


class Wire(asyncio.Transport):
    """The other end: what was written, and whether it was cut."""

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self._lane = lane

    def write(self, data: object) -> None:
        """Keep it."""
        assert isinstance(data, bytes)
        self.writes.append(data)

    def abort(self) -> None:
        """Break."""
        asyncio.get_running_loop().call_soon(self._lane.connection_lost, None)


class Desk:
    """A lane, its wire, and what its keeper was told."""

    def __init__(self, deadline_seconds: float = 1.0) -> None:
        self.lost: list[tuple[list[Call], list[Call]]] = []
        self.errors: list[str] = []
        self.lane = Lane(deadline_seconds, self._lost, self._complain)
        self.wire = Wire(self.lane)
        self.lane.connection_made(self.wire)

    async def send(self, *names: str) -> list[AwaitedCall]:
        """Send some commands in one turn."""
        calls = [AwaitedCall(("GET", name)) for name in names]
        for call in calls:
            self.lane.send(call)
        await settle_down()
        return calls

    def _lost(self, _lane: Lane, sent: Sequence[Call], unsent: Sequence[Call]) -> None:
        self.lost.append((list(sent), list(unsent)))

    def _complain(self, _lane: Lane, _call: Call, error: str) -> None:
        self.errors.append(error)


@in_virtual_time
async def test_commands_of_one_turn_leave_in_one_write() -> None:
    """
    And those of the next turn in another.
    """
    desk = Desk()

    await desk.send("a", "b")
    await desk.send("c")

    pack = hiredis.pack_command
    assert [pack(("GET", "a")) + pack(("GET", "b")), pack(("GET", "c"))] == desk.wire.writes  # type: ignore[arg-type]


@in_virtual_time
async def test_replies_go_to_their_commands_in_order() -> None:
    """
    Whatever their size, and an error is told to the keeper.
    """
    desk = Desk()
    first, second, third = await desk.send("a", "b", "c")

    desk.lane.data_received(b"$1\r\n1\r\n-OOM full\r\n*2\r\n:1\r\n:2\r\n")

    assert (b"1", [1, 2]) == (first.future.result(), third.future.result())
    assert (["OOM full"], False) == (desk.errors, second.future.done())


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=12), st.data())
def test_replies_cut_anywhere_are_the_same_replies(values: list[bytes], data: st.DataObject) -> None:
    """
    However the network divides them.
    """
    replies = b"".join(b"$%d\r\n%b\r\n" % (len(value), value) for value in values)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(replies)), max_size=8)) | {0, len(replies)})

    async def scene() -> list[bytes]:
        desk = Desk()
        calls = await desk.send(*(str(number) for number in range(len(values))))
        for start, end in pairwise(cuts):
            desk.lane.data_received(replies[start:end])
        return [await call.future for call in calls]

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert values == runner.run(scene())


@in_virtual_time
async def test_a_pushed_message_between_replies_is_no_reply() -> None:
    """
    What Redis sends unasked is counted and dropped.
    """
    desk = Desk()
    first, second = await desk.send("a", "b")

    desk.lane.data_received(b"+1\r\n>2\r\n+invalidate\r\n+k\r\n+2\r\n")

    assert (b"1", b"2", 1) == (first.future.result(), second.future.result(), desk.lane.pushes)


@in_virtual_time
async def test_a_late_reply_poisons_the_lane() -> None:
    """
    It is cut, and everything that was under way is handed back.
    """
    desk = Desk(deadline_seconds=1.0)
    calls = await desk.send("a", "b")
    await asyncio.sleep(0.5)
    desk.lane.data_received(b"+1\r\n")
    await asyncio.sleep(0.4)
    assert [] == desk.lost

    await asyncio.sleep(0.2)

    assert [([calls[1]], [])] == desk.lost


@in_virtual_time
async def test_each_write_has_its_own_deadline() -> None:
    """
    An answered write does not hurry the next one.
    """
    desk = Desk(deadline_seconds=1.0)
    await desk.send("a")
    await asyncio.sleep(0.9)
    await desk.send("b")
    desk.lane.data_received(b"+1\r\n")

    await asyncio.sleep(0.8)
    was_cut = bool(desk.lost)
    await asyncio.sleep(0.3)

    assert (False, 1) == (was_cut, len(desk.lost))


@in_virtual_time
async def test_a_command_nobody_waits_for_is_not_sent() -> None:
    """
    One that was sent keeps its place in the order.
    """
    desk = Desk()
    given_up, wanted = AwaitedCall(("GET", "a")), AwaitedCall(("GET", "b"))
    desk.lane.send(given_up)
    desk.lane.send(wanted)
    given_up.future.cancel()
    await settle_down()
    (sent,) = await desk.send("c")
    sent.future.cancel()
    (last,) = await desk.send("d")

    desk.lane.data_received(b"+b\r\n+c\r\n+d\r\n")

    assert (b"b", b"d") == (wanted.future.result(), last.future.result())


@in_virtual_time
async def test_a_lane_that_is_full_keeps_commands_back() -> None:
    """
    They leave together when the server reads again.
    """
    desk = Desk()
    desk.lane.pause_writing()
    await desk.send("a")
    await desk.send("b")
    assert ([], 2) == (desk.wire.writes, desk.lane.waiting)

    desk.lane.resume_writing()

    assert 1 == len(desk.wire.writes)


@in_virtual_time
async def test_nonsense_cuts_the_lane() -> None:
    """
    So does a reply that nobody asked for.
    """
    for said in (b"?what\r\n", b"+1\r\n+2\r\n"):
        desk = Desk()
        await desk.send("a")
        desk.lane.data_received(said)
        await settle_down()
        assert 1 == len(desk.lost)


def test_an_error_within_a_reply_is_found() -> None:
    """
    It stays there as a value.
    """
    error = hiredis.ReplyError("ERR inside")

    assert ("ERR inside", "ERR inside", None) == (
        first_error(error),
        first_error([1, [b"x", error]]),
        first_error([1, [2]]),
    )
