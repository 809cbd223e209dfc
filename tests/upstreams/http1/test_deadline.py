"""One timer, moved lazily, is never late and never early."""

import asyncio

import pytest

from gateway.upstreams.http1.deadline import Deadline
from gateway.upstreams.target import Patience
from tests.fakes.virtual_time import in_virtual_time

PATIENCE = Patience(first_token_seconds=30.0, stall_seconds=10.0)


class Stopwatch:
    """A deadline, and what it reported when."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.started = self.loop.time()
        self.passed: list[tuple[str, float]] = []
        self.deadline = Deadline(self.loop, self._note)

    def expect_head(self, total_seconds: float = 1000.0, patience: Patience = PATIENCE) -> None:
        self.deadline.expect_head(patience, self.loop.time() + total_seconds)

    def _note(self, phase: str) -> None:
        self.passed.append((phase, round(self.loop.time() - self.started, 3)))
        self.deadline.end()


@in_virtual_time
async def test_the_head_is_awaited_so_long() -> None:
    """
    The timer fires early, every stall time, and reports only what is due.
    """
    watch = Stopwatch()

    watch.expect_head()
    await asyncio.sleep(100)

    assert [("head", 30.0)] == watch.passed


@in_virtual_time
async def test_every_piece_moves_the_deadline() -> None:
    """
    The stall time counts from the last piece.
    """
    watch = Stopwatch()

    watch.expect_head()
    for _ in range(5):
        await asyncio.sleep(9)
        watch.deadline.expect_body()
    await asyncio.sleep(100)

    assert [("stall", 55.0)] == watch.passed


@in_virtual_time
async def test_to_note_when_a_piece_came_moves_the_deadline() -> None:
    """
    Once the body is awaited, the time of the last piece is all that a read has to leave.
    """
    watch = Stopwatch()

    watch.expect_head()
    await asyncio.sleep(1)
    watch.deadline.expect_body()
    for _ in range(5):
        await asyncio.sleep(9)
        watch.deadline.heard_at = watch.loop.time()
    await asyncio.sleep(100)

    assert [("stall", 56.0)] == watch.passed


@in_virtual_time
async def test_an_exchange_with_another_patience_has_its_own_times() -> None:
    """
    What is kept of one exchange's patience is not the next one's.
    """
    watch = Stopwatch()

    watch.expect_head()
    watch.deadline.end()
    watch.expect_head(patience=Patience(first_token_seconds=7.0, stall_seconds=3.0))
    await asyncio.sleep(1)
    watch.deadline.expect_body()
    await asyncio.sleep(100)

    assert [("stall", 4.0)] == watch.passed


@in_virtual_time
async def test_the_whole_has_an_end_of_its_own() -> None:
    """
    Pieces that come in time do not move the total.
    """
    watch = Stopwatch()

    watch.expect_head(total_seconds=33.0)
    for _ in range(10):
        await asyncio.sleep(4)
        watch.deadline.expect_body() if not watch.passed else None

    assert [("total", 33.0)] == watch.passed


@in_virtual_time
async def test_the_total_may_come_before_the_head() -> None:
    """
    A total shorter than the wait for the head is obeyed.
    """
    watch = Stopwatch()

    watch.expect_head(total_seconds=7.0)
    await asyncio.sleep(100)

    assert [("total", 7.0)] == watch.passed


@in_virtual_time
async def test_while_we_do_not_read_nothing_stalls() -> None:
    """
    A paused connection waits until the total, and counts anew when it reads on.
    """
    watch = Stopwatch()

    watch.expect_head()
    watch.deadline.expect_body()
    watch.deadline.expect_nothing()
    await asyncio.sleep(500)
    watch.deadline.expect_body()
    await asyncio.sleep(100)

    assert [("stall", 510.0)] == watch.passed


@pytest.mark.parametrize("reused_after_seconds", [0.0, 1.0, 25.0])
def test_a_timer_left_over_serves_the_next_exchange(reused_after_seconds: float) -> None:
    """
    What remains of the timer of a finished exchange is never too late for the next one.
    """

    @in_virtual_time
    async def run() -> None:
        watch = Stopwatch()
        watch.expect_head()
        await asyncio.sleep(5)
        watch.deadline.end()
        await asyncio.sleep(reused_after_seconds)
        begun = watch.loop.time() - watch.started

        watch.expect_head(patience=Patience(first_token_seconds=2.0, stall_seconds=1.0))
        await asyncio.sleep(100)

        assert [("head", begun + 2.0)] == watch.passed

    run()


@in_virtual_time
async def test_a_finished_exchange_has_no_deadline() -> None:
    """
    Neither `end` nor `close` is followed by a report.
    """
    ended, closed = Stopwatch(), Stopwatch()

    ended.expect_head()
    closed.expect_head()
    ended.deadline.end()
    closed.deadline.close()
    await asyncio.sleep(100)

    assert [] == ended.passed + closed.passed
