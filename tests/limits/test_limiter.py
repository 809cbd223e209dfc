"""The one who says whether a caller may go on."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from gateway.foundation.clock import FakeClock
from gateway.limits.decisions import Decisions
from gateway.limits.kinds.ceilings import OutputCeiling
from gateway.limits.ledger import Ledger, LedgerFailed
from gateway.limits.limit_terms import NO_LIMITS, LimitTerms, limit_terms
from gateway.limits.limiter import IsFree, Limiter, Reservation
from gateway.limits.memory_ledger import MemoryLedger
from gateway.limits.refusals import (
    AboveCeiling,
    BudgetExhausted,
    DemandTooLarge,
    LimitExceeded,
    LimitsUnavailable,
)
from gateway.limits.rules import LimitRules
from gateway.vocabulary.demand import NOTHING, ONE_REQUEST, Amounts
from gateway.vocabulary.notice import Notice
from tests.fakes.builders import a_caller
from tests.fakes.ledgers import at_once, requests, spend, tokens
from tests.fakes.spies import SpyLedger
from tests.fakes.virtual_time import in_virtual_time

_LEAST = Amounts(1, 1, 1, {"USD": 1})


class Desk:
    """A limiter over a ledger in memory, and a plan."""

    def __init__(
        self, *rules: Any, ledger: Ledger | None = None, when_redis_fails: Any = "deny", percent: int = 25
    ) -> None:
        self.clock = FakeClock()
        self.notices: list[Notice] = []
        self.decisions = Decisions(self.clock, self.notices.append)
        now_ms: Callable[[], int] = lambda: int(self.clock.wall() * 1000)  # noqa: E731
        self.local = MemoryLedger(now_ms)
        self.limiter = Limiter(ledger or MemoryLedger(now_ms), self.local, self.clock, self.decisions)
        plan = LimitRules(rules=rules, when_redis_fails=when_redis_fails, local_percent=percent)
        self.terms: LimitTerms = limit_terms(plan, "acme", "default", "m")
        self._serial = 0

    async def reserve(self, demand: Amounts = ONE_REQUEST) -> Reservation:
        """One exchange."""
        self._serial += 1
        sheet = self.limiter.turn_away(self.terms, a_caller(), None, _LEAST)
        return await self.limiter.reserve(f"r{self._serial}", self.terms, sheet, demand)

    def counted(self, decision: str) -> int:
        """How often this was decided."""
        return sum(count for (*_, made), count in self.decisions.counts.items() if made == decision)


async def test_what_fits_is_granted_and_settled() -> None:
    """
    What was not used is there again.
    """
    desk = Desk(requests(5), tokens(100))
    reservation = await desk.reserve(Amounts(1, 30, 60))

    desk.limiter.settle(reservation, Amounts(1, 30, 5))

    sheet = desk.terms.sheet(a_caller(), None)
    assert [4, 65] == [standing.left for standing in (await desk.limiter.look(sheet)).standings]
    assert 1 == desk.counted("granted")


async def test_what_does_not_fit_is_refused() -> None:
    """
    With the refusal that fits.
    """
    desk = Desk(requests(1))
    await desk.reserve()

    with pytest.raises(LimitExceeded) as caught:
        await desk.reserve()

    assert 60 <= (caught.value.retry_after or 0) <= 61
    assert "1" == caught.value.extra_headers["x-ratelimit-limit-requests"]
    assert 1 == desk.counted("refused")


async def test_a_caller_known_to_be_over_a_limit_is_turned_away_from_memory() -> None:
    """
    For ten seconds at most, in which the time that is told counts down; then the ledger is asked again.
    """
    desk = Desk(requests(1))
    await desk.reserve()
    with pytest.raises(LimitExceeded):
        await desk.reserve()
    desk.limiter._ledger = SpyLedger(answers=False)

    desk.clock.advance(9)
    with pytest.raises(LimitExceeded) as caught:
        await desk.reserve()
    desk.clock.advance(1.5)
    sheet = desk.limiter.turn_away(desk.terms, a_caller(), None, _LEAST)

    assert 51 <= (caught.value.retry_after or 0) <= 52
    assert (1, 1) == (desk.counted("turned_away"), len(sheet.counters))


async def test_whoever_is_turned_away_is_not_told_where_another_key_stands() -> None:
    """
    What their tenant has used up is told, and nothing that is counted for the key that found it out.
    """
    desk = Desk(requests(1), tokens(500, per=("key",)))
    await desk.reserve(Amounts(1, 400))
    with pytest.raises(LimitExceeded):
        await desk.reserve(Amounts(1, 50))

    with pytest.raises(LimitExceeded) as caught:
        desk.limiter.turn_away(desk.terms, replace(a_caller(), credential_id="key_2"), None, _LEAST)

    told = caught.value.extra_headers
    assert ("0", None) == (
        told["x-ratelimit-remaining-requests"],
        told.get("x-ratelimit-remaining-tokens"),
    )
    assert '"tokens"' not in told["ratelimit"]


async def test_a_limit_that_refuses_nobody_any_more_turns_nobody_away() -> None:
    """
    From the moment in which policy lets it only count.
    """
    desk = Desk(requests(1))
    await desk.reserve()
    with pytest.raises(LimitExceeded):
        await desk.reserve()

    desk.terms = limit_terms(LimitRules(rules=(requests(1, mode="shadow"),)), "acme", "default", "m")

    assert (await desk.reserve()).verdict.is_granted


async def test_a_limit_that_policy_raised_is_not_the_one_that_was_used_up() -> None:
    """
    Nobody is turned away by what used to hold.
    """
    desk = Desk(requests(1))
    await desk.reserve()
    with pytest.raises(LimitExceeded):
        await desk.reserve()

    desk.terms = limit_terms(LimitRules(rules=(requests(2),)), "acme", "default", "m")

    assert (await desk.reserve()).verdict.is_granted


async def test_tokens_that_others_may_give_back_are_remembered_only_briefly() -> None:
    """
    A settlement makes room long before the window has passed.
    """
    desk = Desk(tokens(100))
    first = await desk.reserve(Amounts(1, 100))
    with pytest.raises(LimitExceeded):
        await desk.reserve(Amounts(1, 10))
    with pytest.raises(LimitExceeded):
        await desk.reserve(Amounts(1, 10))
    desk.limiter.settle(first, Amounts(1, 5))

    desk.clock.advance(1.1)
    await desk.reserve(Amounts(1, 10))

    assert (1, 2) == (desk.counted("turned_away"), desk.counted("granted"))


async def test_a_spent_budget_turns_away_nobody_whom_it_does_not_count() -> None:
    """
    A model that costs nothing, or nothing where the request may have to go, is asked for as ever.
    """
    desk = Desk(spend("1"), requests(100))
    spent = Amounts(1, 1, 1, {"USD": 10**6})
    desk.limiter.settle(await desk.reserve(spent), spent)
    with pytest.raises(BudgetExhausted):
        await desk.reserve(spent)

    free = Amounts(1, 1, 1, {"USD": 0})
    sheet = desk.limiter.turn_away(desk.terms, a_caller(), None, free)
    granted = await desk.limiter.reserve("free", desk.terms, sheet, free)

    assert granted.verdict.is_granted
    with pytest.raises(BudgetExhausted):
        desk.limiter.turn_away(desk.terms, a_caller(), None, _LEAST)


async def test_room_for_less_is_not_taken_for_no_room() -> None:
    """
    Who is refused for much may still ask for little.
    """
    desk = Desk(tokens(100))
    await desk.reserve(Amounts(1, 60))
    with pytest.raises(LimitExceeded):
        await desk.reserve(Amounts(1, 50))

    assert (await desk.reserve(Amounts(1, 40))).verdict.is_granted


@pytest.mark.parametrize(
    ("rules", "demand", "refusal"),
    [
        ((tokens(100),), Amounts(1, 101), DemandTooLarge),
        ((at_once(1),), ONE_REQUEST, LimitExceeded),
        ((OutputCeiling(name="longest", at_most=64),), Amounts(1, 0, 65), AboveCeiling),
    ],
)
async def test_each_kind_refuses_in_its_own_words(
    rules: tuple[Any, ...], demand: Amounts, refusal: type[Exception]
) -> None:
    """
    The second of two that do not fit together.
    """
    desk = Desk(*rules)
    with suppress(refusal):
        await desk.reserve(demand)

    with pytest.raises(refusal):
        await desk.reserve(demand)


@pytest.mark.parametrize(
    ("rule", "demand", "refusal"),
    [
        (spend("0.0001", "month"), Amounts(1, costs={"USD": 60}), BudgetExhausted),
        (tokens(100, 3600), Amounts(1, 60), LimitExceeded),
    ],
)
async def test_who_lacks_what_a_running_exchange_may_give_back_is_told_to_try_again_soon(
    rule: Any, demand: Amounts, refusal: type[LimitExceeded]
) -> None:
    """
    Not in an hour or a month, and not that the budget is used up; that is told when it ended and did use it.
    """
    desk = Desk(rule)
    running = await desk.reserve(demand)
    with pytest.raises(LimitExceeded) as during:
        await desk.reserve(demand)

    desk.limiter.settle(running, demand)
    with pytest.raises(LimitExceeded) as afterwards:
        await desk.reserve(demand)

    assert (LimitExceeded, 1) == (type(during.value), during.value.retry_after)
    assert refusal is type(afterwards.value)
    assert (afterwards.value.retry_after or 0) > 600


async def test_a_running_exchange_that_holds_too_little_promises_nothing() -> None:
    """
    Also when all of it comes back, the demand does not fit.
    """
    desk = Desk(tokens(100, 3600))
    used = Amounts(1, 60)
    desk.limiter.settle(await desk.reserve(used), used)
    await desk.reserve(Amounts(1, 10))

    with pytest.raises(LimitExceeded) as caught:
        await desk.reserve(Amounts(1, 50))

    assert (caught.value.retry_after or 0) > 3000


async def test_a_shadow_reports_and_refuses_nothing() -> None:
    """
    Counters and ceilings alike.
    """
    desk = Desk(requests(1, mode="shadow"), OutputCeiling(name="longest", at_most=64, mode="shadow"))

    for _ in range(3):
        await desk.reserve(Amounts(1, 0, 65))

    assert (3, 5) == (desk.counted("granted"), desk.counted("shadow"))


@pytest.mark.parametrize("way", ["deny", "allow", "local"])
async def test_a_ledger_that_fails_is_answered_as_the_plan_says(way: str) -> None:
    """
    Each such decision is counted and told.
    """
    desk = Desk(requests(8), ledger=SpyLedger(LedgerFailed("no connection")), when_redis_fails=way)

    granted = 0
    for _ in range(4):
        try:
            desk.limiter.settle(await desk.reserve(), ONE_REQUEST)
        except (LimitsUnavailable, LimitExceeded):
            continue
        granted += 1

    # Locally, a quarter of the limit.
    assert {"deny": 0, "allow": 4, "local": 2}[way] == granted
    assert "limits.degraded" == desk.notices[0].kind
    assert desk.counted(f"degraded_{way}") >= 3


async def test_what_was_not_told_is_told_when_the_ledger_is_back() -> None:
    """
    With the first request that it decides after a second without trouble.
    """
    main = SpyLedger(LedgerFailed("no connection"))
    desk = Desk(requests(8), ledger=main, when_redis_fails="allow")
    for _ in range(3):
        await desk.reserve()
    main.verdict = None
    desk.clock.advance(2.0)

    await desk.reserve()
    await desk.reserve()

    assert [1, 2] == [notice.facts["count"] for notice in desk.notices]


async def test_what_was_reserved_locally_is_settled_locally() -> None:
    """
    Nothing of it reaches the ledger that is back.
    """
    main = SpyLedger(LedgerFailed("no connection"))
    desk = Desk(tokens(1000), ledger=main, when_redis_fails="local")
    reservation = await desk.reserve(Amounts(1, 200))
    main.verdict = None

    desk.limiter.settle(reservation, Amounts(1, 50))
    await desk.reserve(Amounts(1, 10))

    assert ([], 1) == (main.settled, len(main.reserved))
    share = desk.terms.sheet(a_caller(), None).share(25)
    assert [200] == [standing.left for standing in (await desk.local.look(share)).standings]


async def test_what_fits_the_limit_but_not_the_local_share_may_be_tried_again() -> None:
    """
    It is not the caller who asked for too much.
    """
    desk = Desk(tokens(1000), ledger=SpyLedger(LedgerFailed("gone")), when_redis_fails="local")

    with pytest.raises(LimitsUnavailable):
        await desk.reserve(Amounts(1, 500))


async def test_a_share_of_a_budget_is_not_the_budget() -> None:
    """
    Who has used up the share may try again, since Redis may be back; only Redis tells how full the budget is.
    """
    main = SpyLedger()
    desk = Desk(spend("1"), ledger=main, when_redis_fails="local")
    demand = Amounts(1, costs={"USD": 200_000})
    await desk.reserve(demand)
    before = dict(desk.limiter.budgets.used(lambda _: desk.terms.rules))
    main.verdict = LedgerFailed("gone")
    await desk.reserve(demand)

    with pytest.raises(LimitsUnavailable):
        await desk.reserve(demand)
    assert before == desk.limiter.budgets.used(lambda _: desk.terms.rules)


async def test_without_limits_nothing_is_asked() -> None:
    """
    And nothing is told or settled.
    """
    limiter = Desk(ledger=SpyLedger(answers=False)).limiter
    sheet = limiter.turn_away(NO_LIMITS, a_caller(), None, _LEAST)

    reservation = await limiter.reserve("r1", NO_LIMITS, sheet, ONE_REQUEST)
    limiter.settle(reservation, NOTHING)

    assert ([], ()) == (reservation.fields(), (await limiter.look(sheet)).standings)


async def test_where_one_stands_is_unknown_while_the_ledger_fails() -> None:
    """
    Nobody is told what nobody knows.
    """
    desk = Desk(requests(1), ledger=SpyLedger(LedgerFailed("gone")))

    with pytest.raises(LimitsUnavailable):
        await desk.limiter.look(desk.terms.sheet(a_caller(), None))


@in_virtual_time
async def test_a_lease_is_renewed_until_the_exchange_ends() -> None:
    """
    Three times in each lease.
    """
    ledger = SpyLedger()
    desk = Desk(at_once(1), ledger=ledger)
    reservation = await desk.reserve()
    await asyncio.sleep(61)
    renewed = len(ledger.renewed)

    desk.limiter.settle(reservation, ONE_REQUEST)
    await asyncio.sleep(200)

    assert (3, 3) == (renewed, len(ledger.renewed))


async def _yes(refusal: LimitExceeded) -> bool:
    return True


async def _no(refusal: LimitExceeded) -> bool:
    return False


def _free(desk: Desk, is_free: IsFree) -> Coroutine[object, object, Reservation]:
    """Return an exchange whose answer may be there already."""
    sheet = desk.limiter.turn_away(desk.terms, a_caller(), None, ONE_REQUEST)
    desk._serial += 1
    return desk.limiter.reserve(f"free{desk._serial}", desk.terms, sheet, Amounts(1, 10, 10), is_free=is_free)


async def test_what_is_free_needs_one_request_where_tokens_are_used_up() -> None:
    """
    As often as it is asked for, and it counts as granted alone.
    """
    desk = Desk(requests(10), tokens(100))
    await desk.reserve(Amounts(1, 50, 50))

    for _ in range(3):
        assert (await _free(desk, _yes)).verdict.is_granted

    sheet = desk.terms.sheet(a_caller(), None)
    assert [6, 0] == [standing.left for standing in (await desk.limiter.look(sheet)).standings]
    assert (4, 0, 0) == tuple(desk.counted(made) for made in ("granted", "refused", "turned_away"))


async def test_what_is_not_free_is_refused_as_ever() -> None:
    """
    Once; and who may not get anything free is turned away from memory.
    """
    desk = Desk(tokens(100))
    await desk.reserve(Amounts(1, 50, 50))

    with pytest.raises(LimitExceeded) as caught:
        await _free(desk, _no)
    with pytest.raises(LimitExceeded):
        await desk.reserve(Amounts(1, 10))

    assert "tokens" == caught.value.limit
    assert (1, 1) == (desk.counted("refused"), desk.counted("turned_away"))


async def test_what_is_free_needs_a_request_all_the_same() -> None:
    """
    Where requests are used up, nobody asks whether it is; the memory knows it.
    """
    desk = Desk(requests(1))
    await desk.reserve()

    with pytest.raises(LimitExceeded):
        await _free(desk, _yes)
    with pytest.raises(LimitExceeded):
        await _free(desk, _yes)

    assert (1, 1) == (desk.counted("refused"), desk.counted("turned_away"))
