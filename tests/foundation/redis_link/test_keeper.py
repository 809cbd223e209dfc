"""One who keeps a lane open."""

import asyncio

from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.redis_link.call import AwaitedCall, Call
from gateway.foundation.redis_link.failures import RedisBusy, RedisDown, RedisFailure, RedisLost
from gateway.foundation.redis_link.keeper import LaneKeeper
from gateway.foundation.redis_link.lane import Lane
from tests.fakes.virtual_time import in_virtual_time, settle_down


class Wire(asyncio.Transport):
    """The other end of a lane, which answers nothing by itself."""

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self.written = b""
        self.is_broken = False

    def write(self, data: object) -> None:
        """Keep it."""
        assert isinstance(data, bytes)
        self.written += data

    def abort(self) -> None:
        """Break."""
        self.is_broken = True
        asyncio.get_running_loop().call_soon(self.lane.connection_lost, None)


class Exchange:
    """
    A keeper, and the servers that it dials: each outcome is None (there is one) or a failure.

    One who dials and `is_deaf` does not hear that it is given up.
    """

    def __init__(
        self, *outcomes: RedisFailure | None, most_waiting: int = 100, dial_seconds: float = 0.1
    ) -> None:
        self.outcomes = list(outcomes)
        self.is_deaf = False
        self.dial_seconds = dial_seconds
        self.wires: list[Wire] = []
        self.states: list[RedisFailure | None] = []
        self.keeper = LaneKeeper(
            self._dial,
            LastTasks(lambda _: None),
            on_error=_ignore,
            on_state=self.states.append,
            deadline_seconds=1.0,
            most_waiting=most_waiting,
        )

    async def _dial(self, lane: Lane) -> None:
        try:
            await asyncio.sleep(self.dial_seconds)
        except asyncio.CancelledError:
            if not self.is_deaf:
                raise
        outcome = self.outcomes.pop(0)
        if outcome is not None:
            raise outcome
        self.wires.append(Wire(lane))
        lane.connection_made(self.wires[-1])

    def send(self, name: str, *, is_repeatable: bool = False) -> AwaitedCall:
        """Send a command."""
        call = AwaitedCall(("GET", name), is_repeatable=is_repeatable)
        self.keeper.send(call)
        return call

    async def opened(self) -> "Exchange":
        """Be open."""
        self.keeper.start()
        await self.keeper.tried.wait()
        await settle_down()
        return self


def _ignore(_lane: Lane, _call: Call, _error: str) -> None:
    pass


def _failure_of(call: AwaitedCall) -> type[BaseException] | None:
    error = call.future.exception() if call.future.done() else None
    return None if error is None else type(error)


@in_virtual_time
async def test_commands_wait_for_the_first_connection() -> None:
    """
    They leave in their order as soon as it is there.
    """
    exchange = Exchange(None)
    exchange.keeper.start()
    exchange.send("a")
    exchange.send("b")

    await exchange.opened()

    assert exchange.wires[0].written.index(b"a") < exchange.wires[0].written.index(b"b")
    assert ([None], True) == (exchange.states, exchange.keeper.is_open)


@in_virtual_time
async def test_who_waits_for_the_first_try_is_let_go_at_the_end() -> None:
    """
    It was given up, and would never be over.
    """
    exchange = Exchange(None, dial_seconds=1.5)
    exchange.keeper.start()
    waiting = asyncio.ensure_future(exchange.keeper.tried.wait())
    await settle_down()

    exchange.keeper.close()
    await settle_down()

    assert waiting.done()


@in_virtual_time
async def test_nobody_waits_longer_than_a_deadline_for_a_try_that_hangs() -> None:
    """
    Who comes later does not wait at all, until it went well.
    """
    exchange = Exchange(None, dial_seconds=1.5)
    exchange.keeper.start()
    early = exchange.send("a")

    await asyncio.sleep(1.1)
    late = exchange.send("b")
    failures = _failure_of(early), _failure_of(late)
    await exchange.opened()
    exchange.send("c")
    await settle_down()

    assert (RedisDown, RedisDown) == failures
    assert b"c" in exchange.wires[0].written


@in_virtual_time
async def test_commands_fail_at_once_while_redis_is_away() -> None:
    """
    Only those that came during the try waited for it.
    """
    exchange = Exchange(*[RedisDown("away")] * 9)
    exchange.keeper.start()
    early = exchange.send("a")

    await exchange.opened()
    late = exchange.send("b")

    assert (RedisDown, RedisDown) == (_failure_of(early), _failure_of(late))
    exchange.keeper.close()


@in_virtual_time
async def test_a_redis_that_comes_back_is_found_without_a_restart() -> None:
    """
    With growing pauses between the tries.
    """
    exchange = await Exchange(*[RedisDown("away")] * 3, None).opened()

    await asyncio.sleep(1.0)

    assert ([RedisDown] * 3, None) == ([type(state) for state in exchange.states[:3]], exchange.states[3])
    assert exchange.keeper.is_open


@in_virtual_time
async def test_only_what_may_be_repeated_is_sent_again() -> None:
    """
    Before what was not sent yet; the rest is lost.
    """
    exchange = await Exchange(None, None).opened()
    once, twice = exchange.send("once"), exchange.send("twice", is_repeatable=True)
    await settle_down()
    exchange.wires[0].abort()

    await asyncio.sleep(0.2)

    assert (RedisLost, None) == (_failure_of(once), _failure_of(twice))
    assert b"twice" in exchange.wires[1].written


@in_virtual_time
async def test_nothing_is_sent_a_third_time() -> None:
    """
    A command that broke two connections may be the cause.
    """
    exchange = await Exchange(None, None, None).opened()
    call = exchange.send("a", is_repeatable=True)
    for number in range(2):
        await asyncio.sleep(0.2)
        exchange.wires[number].abort()

    await asyncio.sleep(0.2)

    assert RedisLost is _failure_of(call)
    assert b"" == exchange.wires[2].written


@in_virtual_time
async def test_the_queue_is_bounded_in_every_state() -> None:
    """
    While connecting, and while Redis is slow.
    """
    exchange = Exchange(None, most_waiting=2)
    exchange.keeper.start()
    calls = [exchange.send(name) for name in "abc"]
    await exchange.opened()
    calls.append(exchange.send("d"))

    assert [None, None, RedisBusy, RedisBusy] == [_failure_of(call) for call in calls]


@in_virtual_time
async def test_a_closed_keeper_fails_what_waits_and_dials_no_more() -> None:
    """
    Nobody is left hanging.
    """
    exchange = Exchange(None)
    exchange.keeper.start()
    waiting = exchange.send("a")

    exchange.keeper.close()
    late = exchange.send("b")
    await asyncio.sleep(5)

    assert (RedisDown, RedisDown, []) == (_failure_of(waiting), _failure_of(late), exchange.wires)


@in_virtual_time
async def test_a_lane_that_comes_after_the_close_is_closed() -> None:
    """
    Where the library that connects lost the cancellation; nobody would ever close it else.
    """
    exchange = Exchange(None)
    exchange.is_deaf = True
    dialling = exchange.keeper.start()
    await settle_down()

    exchange.keeper.close()
    await dialling
    await settle_down()

    assert [True] == [wire.is_broken for wire in exchange.wires]
    assert ([], False) == (exchange.states, exchange.keeper.is_open)


@in_virtual_time
async def test_a_dropped_lane_is_replaced() -> None:
    """
    The server was the wrong one.
    """
    exchange = await Exchange(None, None).opened()

    exchange.keeper.drop()
    await asyncio.sleep(0.2)

    assert (2, True) == (len(exchange.wires), exchange.keeper.is_open)
