"""A check of the whole log is begun by one call and asked for by others, of whichever process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.disk import try_lock
from gateway.audit.review.errand import Order
from gateway.audit.review.errands import Errands, SearchFailed
from gateway.audit.review.inspector import FILE, LOCK, Inspector, Verification, VerificationRuns
from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import cancel_all
from gateway.vocabulary.refusal import Refusal

GOOD = [{"log": "audit", "good": True}]
BAD = [{"log": "audit", "good": True}, {"log": "second", "good": False}]


class SlowErrands(Errands):
    """Children that answer when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Order] = []
        self.answers: asyncio.Queue[Any] = asyncio.Queue()

    async def run(self, order: Order) -> Any:
        self.orders.append(order)
        answer = await self.answers.get()
        if isinstance(answer, Refusal):
            raise answer
        return answer


def a_process(folder: Path, errands: Errands) -> Inspector:
    return Inspector([folder / "audit"], errands, folder, host="web1", clock=FakeClock())


@asynccontextmanager
async def at_work(inspector: Inspector) -> AsyncIterator[None]:
    """Let one process do what is begun in it."""
    task = asyncio.ensure_future(inspector.run())
    try:
        yield
    finally:
        await cancel_all([task])


async def ended(inspector: Inspector, verification_id: str) -> Verification:
    """Return a check once it is over."""
    async with asyncio.timeout(10):
        while (one := inspector.find(verification_id)) is None or one.status == "running":  # noqa: ASYNC110 - a task ends it
            await asyncio.sleep(0.002)
    return one


async def begun(inspector: Inspector) -> Verification:
    """Begin a check as soon as whoever did the one before has let go."""
    async with asyncio.timeout(10):
        while True:
            try:
                return inspector.begin([])
            except VerificationRuns:
                await asyncio.sleep(0.002)


@pytest.mark.parametrize(
    ("answer", "status", "is_good", "reason"),
    [
        (GOOD, "done", True, None),
        (BAD, "done", False, None),
        ([], "done", True, None),
        (SearchFailed("It took too long."), "failed", None, "It took too long."),
    ],
)
async def test_every_process_of_a_host_knows_how_it_ended(
    tmp_path: Path, answer: Any, status: str, is_good: object, reason: str | None
) -> None:
    """
    And before that, that it runs.
    """
    errands = SlowErrands()
    one, other = a_process(tmp_path, errands), a_process(tmp_path, errands)
    async with at_work(one):
        begun = one.begin(["key"])
        meanwhile = other.find(begun.id)
        errands.answers.put_nowait(answer)
        over = await ended(other, begun.id)

    assert ("running", begun) == (begun.status, meanwhile)
    assert (status, is_good, reason, "web1") == (over.status, over.is_good, over.reason, over.host)
    assert [("verify", ("key",), (str(tmp_path / "audit"),))] == [
        (order.act, order.pins, order.folders) for order in errands.orders
    ]


async def test_who_asks_while_one_runs_joins_it_or_is_refused(tmp_path: Path) -> None:
    """
    With the same keys, or with others; when it is over, another one begins.
    """
    errands = SlowErrands()
    one, other = a_process(tmp_path, errands), a_process(tmp_path, errands)
    async with at_work(one), at_work(other):
        first = one.begin(["key"])
        joined = [one.begin(["key"]), other.begin(["key"])]
        with pytest.raises(VerificationRuns, match=first.id):
            other.begin([])
        errands.answers.put_nowait(GOOD)
        await ended(one, first.id)
        errands.answers.put_nowait(GOOD)
        second = await begun(other)
        await ended(one, second.id)

    assert [first, first] == joined
    assert (2, None) == (len(errands.orders), one.find(first.id))


async def test_one_whose_process_ended_is_over(tmp_path: Path) -> None:
    """
    It is said so, and nothing is in the way of the next one.
    """
    errands = SlowErrands()
    async with at_work(a_process(tmp_path, errands)) as _:
        pass
    dying, other = a_process(tmp_path, errands), a_process(tmp_path, errands)
    async with at_work(dying):
        begun = dying.begin([])
        while not errands.orders:  # noqa: ASYNC110 - a task takes it
            await asyncio.sleep(0)

    found = other.find(begun.id)

    assert found is not None
    assert ("failed", None, True) == (found.status, found.is_good, "ended before it" in str(found.reason))
    assert "running" == other.begin([]).status


@pytest.mark.parametrize("text", ["hello", "{}", '{"verification": "{}"}'])
async def test_what_cannot_be_read_is_unknown(tmp_path: Path, text: str) -> None:
    """
    As is every id but that of the last one.
    """
    inspector = a_process(tmp_path, SlowErrands())
    (tmp_path / FILE).write_text(text)

    assert inspector.find("ver_1") is None


async def test_one_that_is_just_beginning_or_ending_is_told_to_wait(tmp_path: Path) -> None:
    """
    Whoever holds the lock has not written yet what it does, or no longer does it.
    """
    lock = try_lock(tmp_path / LOCK)
    assert lock is not None

    with pytest.raises(VerificationRuns, match="just beginning or ending"):
        a_process(tmp_path, SlowErrands()).begin([])
    lock.release()
