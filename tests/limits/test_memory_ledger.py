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
    A counter that nobody fills is forgotten like one that is empty.
    """
    now = [NOON_MS]
    ledger = MemoryLedger(lambda: now[0])
    await ledger.look(a_sheet(requests(5), tag="a passer-by"))

    now[0] += 60_000
    await ledger.look(a_sheet(requests(5), tag="the next"))

    assert ["{the next}:l:requests"] == list(ledger._balances)


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
