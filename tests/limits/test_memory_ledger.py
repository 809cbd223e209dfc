"""The ledger of a gateway that is alone, beyond what the contract says."""

from gateway.limits.memory_ledger import MemoryLedger
from tests.fakes.ledgers import NOON_MS, a_hold, a_sheet, requests


async def test_what_is_empty_and_settled_is_forgotten() -> None:
    """
    A million end users who came once take no room.
    """
    now = [NOON_MS]
    ledger = MemoryLedger(lambda: now[0])
    for number in range(100):
        hold = a_hold(str(number), a_sheet(requests(5), tag=f"user-{number}"), 1)
        await ledger.reserve(hold)
        ledger.settle(hold, (1,))

    now[0] += 130_000
    await ledger.reserve(a_hold("last", a_sheet(requests(5)), 1))

    assert (1, 1) == (len(ledger._balances), ledger.held)


async def test_a_tombstone_stands_for_a_minute_and_not_for_ever() -> None:
    """
    A late reservation finds it; after two rounds there is none left of it.
    """
    now = [NOON_MS]
    ledger = MemoryLedger(lambda: now[0])
    sheet = a_sheet(requests(5))
    ledger.settle(a_hold("late", sheet, 1), (1,))
    granted = []

    for wait_ms in (60_000, 59_999, 1):
        now[0] += wait_ms
        granted.append((await ledger.reserve(a_hold("late", sheet, 1))).is_granted)

    assert [False, False, True] == granted


async def test_who_only_looks_leaves_nothing_behind() -> None:
    """
    Not for a moment: a clock that is put back would find it in a part that has not begun.
    """
    now = [NOON_MS]
    ledger = MemoryLedger(lambda: now[0])
    sheet = a_sheet(requests(5))
    await ledger.look(sheet)
    looked = len(ledger._balances)

    now[0] -= 300
    granted = await ledger.reserve(a_hold("a", sheet, 1))
    fresh = await MemoryLedger(lambda: now[0]).reserve(a_hold("a", sheet, 1))

    assert 0 == looked
    assert fresh == granted


async def test_what_still_runs_is_kept() -> None:
    """
    Its settlement has to find what it took.
    """
    now = [NOON_MS]
    ledger = MemoryLedger(lambda: now[0])
    hold = a_hold("a", a_sheet(requests(5, seconds=1)), 1)
    await ledger.reserve(hold)

    now[0] += 3_000_000
    await ledger.reserve(a_hold("b", a_sheet(requests(5), tag="other"), 1))

    assert 2 == len(ledger._balances)


async def test_a_clock_that_is_put_back_piles_nothing_up() -> None:
    """
    What was settled is forgotten as before, and not only when the clock is back at where it was.
    """
    now = [NOON_MS + 86_400_000]
    ledger = MemoryLedger(lambda: now[0])
    now[0] = NOON_MS

    for number in range(1_000):
        now[0] += 1_000
        hold = a_hold(str(number), a_sheet(requests(5), tag=f"user-{number}"), 1)
        await ledger.reserve(hold)
        ledger.settle(hold, (1,))

    assert 200 > len(ledger._balances)
    assert 200 > len(ledger._tombstones) + len(ledger._older_tombstones)
