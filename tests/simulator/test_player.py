"""Facts about performing steps in time; none of it takes any."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest

from gateway.simulator.player import Player
from gateway.simulator.records import Records, SimulatedEnding, SimulatedExchange
from gateway.simulator.step import Act, Step
from tests.fakes.virtual_time import in_virtual_time


class Wire:
    """The transport of a connection: keeps what was written, and when."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, bytes]] = []
        self.closed: str | None = None
        self._start = asyncio.get_running_loop().time()

    def write(self, data: bytes) -> None:
        self.sent.append((round(asyncio.get_running_loop().time() - self._start, 1), data))

    def close(self) -> None:
        self.closed = "close"

    def abort(self) -> None:
        self.closed = "abort"

    def is_closing(self) -> bool:
        return self.closed is not None

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, _: str) -> Any:
        return None


class Stage:
    """One player with its wire and its record."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.wire, self.records, self.ended = Wire(), Records(10), asyncio.Event()
        self.exchange = SimulatedExchange(1, 1, "POST", "/", {}, b"", 0.0)
        self.records.begin(self.exchange)
        self.player = Player(
            cast("asyncio.Transport", self.wire),
            iter(list(steps)),
            exchange=self.exchange,
            records=self.records,
            on_end=self.ended.set,
        )


@in_virtual_time
async def test_steps_come_in_time_and_are_counted() -> None:
    """
    What is due is sent at once, what is not waits its time, and every step is counted.
    """
    stage = Stage([Step(b"a"), Step(b"b", 1.0, 1, 3), Step(b"", 2.0, 0, 4), Step(b"c", 0.0, 1, 5)])

    stage.player.play()
    await stage.ended.wait()

    assert [(0.0, b"a"), (1.0, b"b"), (3.0, b"c")] == stage.wire.sent
    assert (2, 12) == (stage.exchange.deltas_sent, stage.exchange.generated_tenths)
    assert (SimulatedEnding.FINISHED, None) == (stage.exchange.ending, stage.wire.closed)


@pytest.mark.parametrize(
    ("act", "closed", "ending"),
    [
        (Act.CLOSE, "close", SimulatedEnding.FINISHED),
        (Act.HANG_UP, "close", SimulatedEnding.BROKEN_OFF),
        (Act.RESET, "abort", SimulatedEnding.BROKEN_OFF),
    ],
)
@in_virtual_time
async def test_acts_end_an_answer(act: Act, closed: str, ending: SimulatedEnding) -> None:
    """
    After such an act nothing more is sent, and the record says which ending it was.
    """
    stage = Stage([Step(b"a", act=act), Step(b"never")])

    stage.player.play()
    await stage.ended.wait()

    assert ([(0.0, b"a")], closed, ending) == (stage.wire.sent, stage.wire.closed, stage.exchange.ending)


@pytest.mark.parametrize(
    "steps", [[Step(b"a", act=Act.STALL), Step(b"b")], [Step(b"a"), Step(b"b", 9.0, 1, 3)]]
)
@in_virtual_time
async def test_a_leaver_stops_everything(steps: list[Step]) -> None:
    """
    When the caller leaves, in a stall or between deltas, nothing more is generated.
    """
    stage = Stage(steps)
    stage.player.play()

    stage.player.leave()
    await asyncio.sleep(20)

    assert ([(0.0, b"a")], 0) == (stage.wire.sent, stage.exchange.generated_tenths)
    assert stage.exchange.caller_left


@in_virtual_time
async def test_a_caller_who_does_not_read_stops_generation() -> None:
    """
    While paused nothing is sent; afterwards it catches up by one second at most.
    """
    stage = Stage([Step(b"a"), *(Step(b"b", 1.0) for _ in range(5))])
    stage.player.play()

    stage.player.pause()
    await asyncio.sleep(10)
    held = list(stage.wire.sent)
    stage.player.resume()
    await stage.ended.wait()

    assert [(0.0, b"a")] == held
    assert [10.0, 10.0, 10.0, 11.0, 12.0] == [at for at, _ in stage.wire.sent[1:]]


@in_virtual_time
async def test_pausing_in_mid_burst_holds_the_rest_back() -> None:
    """
    A transport that says stop while it is written to is obeyed at once.
    """
    stage = Stage([Step(b"a"), Step(b"b"), Step(b"c")])
    write = stage.wire.write

    def write_and_pause(data: bytes) -> None:
        write(data)
        stage.player.pause()

    stage.wire.write = write_and_pause  # type: ignore[method-assign]
    stage.player.play()
    first = [data for _, data in stage.wire.sent]
    stage.player.resume()
    stage.player.resume()
    stage.player.resume()

    assert [b"a"] == first
    assert [b"a", b"b", b"c"] == [data for _, data in stage.wire.sent]
    assert stage.ended.is_set()
