"""What every ledger promises, in memory and in Redis alike."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from gateway.limits.ledger import Ledger
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.redis_ledger import RedisLedger
from gateway.limits.sheet import Sheet
from gateway.limits.verdict import NEVER, Verdict
from tests.fakes.ledgers import NOON_MS, a_hold, a_sheet, at_once, requests, spend, taught, tokens
from tests.fakes.redis_links import a_link
from tests.fakes.redis_server import RedisServer

_tags = (f"tenant-{number}" for number in count())


@dataclass
class Desk:
    """A ledger whose clock is moved by hand."""

    now_ms: int = NOON_MS
    tag: str = field(default_factory=lambda: next(_tags))
    ledger: Ledger = field(init=False)

    def time(self) -> int:
        """The time that counts."""
        return self.now_ms

    async def reserve(self, reservation_id: str, sheet: Sheet, *amounts: int) -> Verdict:
        """Reserve."""
        return await self.ledger.reserve(a_hold(reservation_id, sheet, *amounts))

    async def left(self, sheet: Sheet) -> list[int]:
        """What is left of each limit, after everything that was said before."""
        return [standing.left for standing in (await self.ledger.look(sheet)).standings]


@pytest.fixture(params=["memory", "redis"])
async def desk(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Desk]:
    """Each ledger in turn."""
    desk = Desk()
    if request.param == "memory":
        desk.ledger = MemoryLedger(desk.time)
        yield desk
        return
    async with a_link(redis_server.url) as link:
        desk.ledger = RedisLedger(link, desk.time, redis_ms=desk.time)
        await taught(desk.ledger)
        yield desk


async def test_exactly_the_limit_is_granted(desk: Desk) -> None:
    """
    The last unit fits, the next does not.
    """
    sheet = a_sheet(requests(3), tag=desk.tag)

    verdicts = [await desk.reserve(str(number), sheet, 1) for number in range(4)]

    assert [True, True, True, False] == [verdict.is_granted for verdict in verdicts]
    assert [2, 1, 0, 0] == [verdict.standings[0].left for verdict in verdicts]


async def test_a_refused_reservation_takes_nothing(desk: Desk) -> None:
    """
    When one of several demands does not fit, none of them is taken.
    """
    sheet = a_sheet(requests(10), tokens(100), tag=desk.tag)
    await desk.reserve("a", sheet, 1, 60)

    verdict = await desk.reserve("b", sheet, 1, 41)

    assert (False, 1) == (verdict.is_granted, verdict.failed)
    assert [9, 40] == await desk.left(sheet)


async def test_a_unit_comes_free_when_the_window_has_passed_and_not_before(desk: Desk) -> None:
    """
    At the time that was told when it was refused.
    """
    sheet = a_sheet(requests(1), tag=desk.tag)
    await desk.reserve("a", sheet, 1)
    desk.now_ms += 30_000
    refused = await desk.reserve("b", sheet, 1)

    desk.now_ms += refused.retry_ms - 1
    early = await desk.reserve("c", sheet, 1)
    desk.now_ms += 1
    due = await desk.reserve("d", sheet, 1)

    assert 30_000 <= refused.retry_ms <= 31_000
    assert (False, True) == (early.is_granted, due.is_granted)


async def test_the_retry_waits_for_as_much_as_was_demanded(desk: Desk) -> None:
    """
    Not merely for the first unit that comes free.
    """
    sheet = a_sheet(tokens(100), tag=desk.tag)
    await desk.reserve("a", sheet, 30)
    desk.now_ms += 20_000
    await desk.reserve("b", sheet, 60)

    small, large = await desk.reserve("c", sheet, 20), await desk.reserve("d", sheet, 50)

    assert 40_000 <= small.retry_ms <= 41_000
    assert 60_000 <= large.retry_ms <= 61_000


async def test_what_is_larger_than_the_limit_never_fits(desk: Desk) -> None:
    """
    And is told so, rather than to wait.
    """
    sheet = a_sheet(requests(5), tokens(100), tag=desk.tag)

    verdict = await desk.reserve("a", sheet, 1, 101)

    assert (False, 1, NEVER) == (verdict.is_granted, verdict.failed, verdict.retry_ms)


async def test_the_limit_that_takes_longest_is_named(desk: Desk) -> None:
    """
    Before it comes free, the others do not help.
    """
    sheet = a_sheet(requests(1), spend("1", "hour"), tag=desk.tag)
    await desk.reserve("a", sheet, 1, 1_000_000)

    verdict = await desk.reserve("b", sheet, 1, 1)

    assert 1 == verdict.failed


async def test_a_shadow_limit_counts_and_refuses_nothing(desk: Desk) -> None:
    """
    What is left goes below nothing, which is how it reports.
    """
    sheet = a_sheet(requests(1, mode="shadow"), tag=desk.tag)

    verdicts = [await desk.reserve(str(number), sheet, 1) for number in range(3)]

    assert [0, -1, -2] == [verdict.standings[0].left for verdict in verdicts]
    assert all(verdict.is_granted for verdict in verdicts)


async def test_what_was_not_used_is_given_back(desk: Desk) -> None:
    """
    The settlement replaces what was reserved, whatever it was.
    """
    sheet = a_sheet(requests(10), tokens(1000), spend("1"), at_once(5), tag=desk.tag)
    hold = a_hold("a", sheet, 1, 800, 500_000, 1)
    await desk.ledger.reserve(hold)

    desk.ledger.settle(hold, (1, 120, 30_000, 1))

    assert [9, 880, 970_000, 5] == await desk.left(sheet)


async def test_a_settlement_is_booked_once(desk: Desk) -> None:
    """
    However often it is sent.
    """
    sheet = a_sheet(tokens(1000), tag=desk.tag)
    hold = a_hold("a", sheet, 800)
    await desk.ledger.reserve(hold)

    for used in (100, 100, 700):
        desk.ledger.settle(hold, (used,))

    assert [900] == await desk.left(sheet)


async def test_a_reservation_is_taken_once(desk: Desk) -> None:
    """
    Sent again because its reply was lost, it is granted and takes nothing more.
    """
    sheet = a_sheet(tokens(1000), tag=desk.tag)

    verdicts = [await desk.reserve("a", sheet, 800) for _ in range(3)]

    assert [True] * 3 == [verdict.is_granted for verdict in verdicts]
    assert [200] == await desk.left(sheet)


async def test_a_reservation_after_its_settlement_takes_nothing(desk: Desk) -> None:
    """
    Whether it was settled before it came, or after it was granted.
    """
    sheet = a_sheet(tokens(1000), at_once(3), tag=desk.tag)
    late, again = a_hold("late", sheet, 800, 1), a_hold("again", sheet, 100, 1)
    desk.ledger.settle(late, (0, 0))
    await desk.ledger.reserve(again)
    desk.ledger.settle(again, (50, 1))

    verdicts = [await desk.ledger.reserve(late), await desk.ledger.reserve(again)]

    assert [False, False] == [verdict.is_granted for verdict in verdicts]
    assert [950, 3] == await desk.left(sheet)


async def test_more_than_was_reserved_is_booked_all_the_same(desk: Desk) -> None:
    """
    The truth counts, even where the estimate was too low.
    """
    sheet = a_sheet(tokens(100), tag=desk.tag)
    hold = a_hold("a", sheet, 50)
    await desk.ledger.reserve(hold)

    desk.ledger.settle(hold, (130,))

    assert [-30] == await desk.left(sheet)


async def test_what_left_the_window_before_it_was_settled_changes_nothing(desk: Desk) -> None:
    """
    It counts where it was granted; what others use now is not touched.
    """
    sheet = a_sheet(tokens(100), tag=desk.tag)
    hold = a_hold("a", sheet, 90)
    await desk.ledger.reserve(hold)
    desk.now_ms += 62_000
    await desk.reserve("b", sheet, 70)

    desk.ledger.settle(hold, (0,))

    assert [30] == await desk.left(sheet)


async def test_money_is_counted_by_the_calendar(desk: Desk) -> None:
    """
    A new hour begins with nothing used, and yesterday's reservation is not given back to it.
    """
    sheet = a_sheet(spend("1", "hour"), tag=desk.tag)
    hold = a_hold("a", sheet, 1_000_000)
    await desk.ledger.reserve(hold)
    refused = await desk.reserve("b", sheet, 1)

    desk.now_ms += refused.retry_ms
    await desk.reserve("c", sheet, 400_000)
    desk.ledger.settle(hold, (0,))

    assert (False, 0) == (refused.is_granted, desk.now_ms % 3_600_000)
    assert [600_000] == await desk.left(sheet)


async def test_a_place_is_held_until_it_is_given_back(desk: Desk) -> None:
    """
    However long that takes, as long as it is renewed.
    """
    sheet = a_sheet(at_once(1), tag=desk.tag)
    hold = a_hold("a", sheet, 1)
    await desk.ledger.reserve(hold)
    for _ in range(5):
        desk.now_ms += 30_000
        desk.ledger.renew(hold)
    held = await desk.reserve("b", sheet, 1)

    desk.ledger.settle(hold, (1,))
    free = await desk.reserve("c", sheet, 1)

    assert (False, True) == (held.is_granted, free.is_granted)


async def test_a_place_that_is_not_renewed_comes_free(desk: Desk) -> None:
    """
    The gateway was killed: its places come free, its tokens stay used.
    """
    sheet = a_sheet(at_once(1), tokens(100, seconds=3600), tag=desk.tag)
    await desk.reserve("a", sheet, 1, 60)

    desk.now_ms += 61_000
    verdict = await desk.reserve("b", sheet, 1, 30)

    assert (True, 10) == (verdict.is_granted, verdict.standings[1].left)


async def test_a_settled_exchange_is_not_renewed(desk: Desk) -> None:
    """
    A renewal that is late takes no place.
    """
    sheet = a_sheet(at_once(1), tag=desk.tag)
    hold = a_hold("a", sheet, 1)
    await desk.ledger.reserve(hold)
    desk.ledger.settle(hold, (1,))

    desk.ledger.renew(hold)

    assert [1] == await desk.left(sheet)


@pytest.mark.parametrize("jump_ms", [-5_000, -120_000, -86_400_000])
async def test_a_clock_that_goes_back_forgets_nothing(desk: Desk, jump_ms: int) -> None:
    """
    What was granted counts on, and not for ever.
    """
    sheet = a_sheet(requests(2), spend("1", "day"), tag=desk.tag)
    for name in "ab":
        await desk.reserve(name, sheet, 1, 500_000)

    desk.now_ms += jump_ms
    refused = await desk.reserve("c", sheet, 1, 0)
    desk.now_ms += max(refused.retry_ms, 0) + 2 * 86_400_000

    assert not refused.is_granted
    assert refused.retry_ms <= 2 * 62_000
    assert (await desk.reserve("d", sheet, 1, 1_000_000)).is_granted


async def test_a_clock_that_jumps_ahead_grants_no_more_than_a_window_more(desk: Desk) -> None:
    """
    What is far in the past does not count.
    """
    sheet = a_sheet(requests(2), tag=desk.tag)
    for name in "ab":
        await desk.reserve(name, sheet, 1)

    desk.now_ms += 10**10
    verdicts = [await desk.reserve(name, sheet, 1) for name in "cde"]

    assert [True, True, False] == [verdict.is_granted for verdict in verdicts]


@pytest.mark.parametrize("turns", range(6))
async def test_whoever_is_cancelled_holds_nothing(desk: Desk, turns: int) -> None:
    """
    At whatever moment it was.
    """
    sheet = a_sheet(requests(5), at_once(5), tag=desk.tag)
    task = asyncio.ensure_future(desk.reserve("a", sheet, 1, 1))
    for _ in range(turns):
        await asyncio.sleep(0)

    was_done = task.done()
    task.cancel()
    await asyncio.wait([task])

    expected = [4, 4] if was_done else [5, 5]
    assert expected == await desk.left(sheet)


async def test_reset_says_when_all_of_it_is_there_again(desk: Desk) -> None:
    """
    Zero where nothing is used.
    """
    sheet = a_sheet(requests(5), spend("1"), tag=desk.tag)
    fresh = await desk.ledger.look(sheet)
    taken = await desk.reserve("a", sheet, 1, 1)

    resets: Callable[[Verdict], list[int]] = lambda verdict: [one.reset_ms for one in verdict.standings]  # noqa: E731
    assert 0 == resets(fresh)[0]
    assert 60_000 <= resets(taken)[0] <= 61_000
    assert 0 < resets(taken)[1] <= 3_600_000


async def test_tenants_do_not_meet(desk: Desk) -> None:
    """
    The same limit of another tenant is another counter.
    """
    mine, theirs = a_sheet(requests(1), tag=desk.tag), a_sheet(requests(1), tag=next(_tags))

    verdicts = [await desk.reserve("a", mine, 1), await desk.reserve("a", theirs, 1)]

    assert [True, True] == [verdict.is_granted for verdict in verdicts]
