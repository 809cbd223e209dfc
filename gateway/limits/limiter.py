"""The one who says whether a caller may go on."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from gateway.foundation.clock import Clock
from gateway.foundation.shared_alarms import SharedAlarm, SharedAlarms
from gateway.limits.budgets import Budgets
from gateway.limits.decisions import Decisions
from gateway.limits.ledger import Hold, Ledger, LedgerFailed
from gateway.limits.limit_terms import LimitTerms
from gateway.limits.refusals import AboveCeiling, LimitExceeded, LimitsUnavailable
from gateway.limits.running import Running
from gateway.limits.sheet import Counter, Sheet
from gateway.limits.standing_form import Field
from gateway.limits.telling import refusal_of, standing_fields
from gateway.limits.verdict import NEVER, NO_LIMITS, SOON_MS, Verdict
from gateway.limits.windows import LEASE_SECONDS
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.demand import ONE_REQUEST, Amounts

# What other exchanges give back may make room again, so this is remembered only briefly.
_BRIEFLY_SECONDS = 1.0
_LONGEST_MEMORY_SECONDS = 10.0
_MOST_REMEMBERED = 100_000
_RENEW_SECONDS = LEASE_SECONDS / 3

IsFree = Callable[[LimitExceeded], Awaitable[bool]]


class Reservation(msgspec.Struct, eq=False):
    """
    What an exchange was granted; settled once, however it ends.

    Its leases are renewed every time `alarm` rings.
    """

    hold: Hold | None
    ledger: Ledger | None
    verdict: Verdict
    alarm: SharedAlarm | None = None

    def fields(self) -> list[Field]:
        """Return the header fields that tell the caller where they stand."""
        return [] if self.hold is None else standing_fields(self.hold.sheet, self.verdict)

    def ring(self) -> None:
        """Renew."""
        if self.alarm is not None and self.hold is not None and self.ledger is not None:
            self.ledger.renew(self.hold)
            self.alarm.set(self)


_UNLIMITED = Reservation(None, None, NO_LIMITS)


class _UsedUp(NamedTuple):
    """A counter that is known to be used up: until when, at which capacity, and what its callers are told."""

    until: float
    capacity: int
    refusal_now: Callable[[], LimitExceeded]


class Limiter:
    """
    Reserve for an exchange before it leaves, settle it when it ended.

    `local` takes the place of a ledger that fails where a plan says so. What
    was reserved in one ledger is settled in that one, so nothing is counted
    twice when the other is back.
    """

    def __init__(self, ledger: Ledger, local: Ledger, clock: Clock, decisions: Decisions) -> None:
        self.budgets = Budgets(clock)
        self._ledger = ledger
        self._local = local
        self._clock = clock
        self._decisions = decisions
        self._alarms = SharedAlarms()
        self._running = Running()
        self._used_up: dict[str, _UsedUp] = {}

    def turn_away(self, terms: LimitTerms, caller: Caller, user: str | None, least: Amounts) -> Sheet:
        """
        Return what counts for this caller; raise at once if a limit is known to be used up.

        Costs no look into any store. `least` is what the exchange takes in any
        case: limits that it may not touch do not turn it away.
        """
        sheet = terms.sheet(caller, user)
        if self._used_up:
            for counter in sheet.counters:
                known = self._used_up.get(counter.key)
                if known is not None and counter.rule.measure(least):
                    self._refuse_again(terms.tenant, counter, known)
        return sheet

    async def reserve(
        self,
        request_id: str,
        terms: LimitTerms,
        sheet: Sheet,
        demand: Amounts,
        *,
        is_free: IsFree | None = None,
    ) -> Reservation:
        """
        Take what one exchange may at most consume, or raise why it may not.

        What is free consumes no tokens and no money: where these are used up
        and `is_free` says so, one request is enough.
        """
        try:
            return await self._take(request_id, terms, sheet, demand)
        except LimitExceeded as refusal:
            if is_free is None or demand is ONE_REQUEST or not await is_free(refusal):
                self._decisions.add(terms.tenant, "refused", sheet.rule(refusal.limit))
                raise
        return await self.reserve(request_id, terms, sheet, ONE_REQUEST)

    def settle(self, reservation: Reservation, used: Amounts) -> None:
        """Book what the exchange did consume; never waits."""
        hold, ledger, alarm = reservation.hold, reservation.ledger, reservation.alarm
        if alarm is not None:
            alarm.clear(reservation)
        if hold is not None and ledger is not None:
            ledger.settle(hold, hold.sheet.measure(used))
            self._running.ended(hold)

    async def look(self, sheet: Sheet) -> Verdict:
        """Return where a caller stands; raise `LimitsUnavailable`."""
        if not sheet.counters:
            return NO_LIMITS
        try:
            return await self._ledger.look(sheet)
        except LedgerFailed as failure:
            raise _unavailable() from failure

    def _refuse_again(self, tenant: str, counter: Counter, known: "_UsedUp") -> None:
        # A limit that policy has changed since is not the one that was used up.
        is_another = known.capacity != counter.capacity or counter.is_shadow
        if is_another or known.until <= self._clock.monotonic():
            del self._used_up[counter.key]
            return
        self._decisions.add(tenant, "turned_away", counter.rule)
        raise known.refusal_now()

    async def _take(self, request_id: str, terms: LimitTerms, sheet: Sheet, demand: Amounts) -> Reservation:
        if sheet.ceilings:
            self._check_ceilings(terms.tenant, sheet, demand)
        if not sheet.counters:
            return _UNLIMITED
        hold = Hold(request_id, sheet, sheet.measure(demand))
        try:
            verdict = await self._ledger.reserve(hold)
        except LedgerFailed as failure:
            return await self._reserve_without(terms, hold, str(failure))
        if self._decisions.is_degraded:
            self._decisions.regained()
        return self._granted(terms, hold, self._ledger, verdict)

    def _check_ceilings(self, tenant: str, sheet: Sheet, demand: Amounts) -> None:
        for ceiling in sheet.ceilings:
            asked = ceiling.measure(demand)
            if asked <= ceiling.at_most:
                continue
            if ceiling.is_shadow:
                self._decisions.add(tenant, "shadow", ceiling)
                continue
            self._decisions.add(tenant, "refused", ceiling)
            raise AboveCeiling(
                f"This request asks for {asked} tokens, and '{ceiling.name}' permits {ceiling.at_most}.",
                param=ceiling.param,
            )

    async def _reserve_without(self, terms: LimitTerms, hold: Hold, reason: str) -> Reservation:
        """Decide as the plan says for a ledger that fails."""
        way = terms.when_redis_fails
        if way == "deny":
            self._decisions.add_degraded(terms.tenant, "degraded_deny", reason)
            raise _unavailable()
        if way == "allow":
            self._decisions.add_degraded(terms.tenant, "degraded_allow", reason)
            return _UNLIMITED
        self._decisions.add_degraded(terms.tenant, "degraded_local", reason)
        share = Hold(hold.reservation_id, hold.sheet.share(terms.local_percent), hold.amounts)
        verdict = await self._local.reserve(share)
        if verdict.retry_ms == NEVER or _is_about_money(share.sheet, verdict):
            # It may fit in the limit, though not in this process's share of it: nothing is used up for good.
            raise _unavailable()
        return self._granted(terms, share, self._local, verdict)

    def _granted(self, terms: LimitTerms, hold: Hold, ledger: Ledger, verdict: Verdict) -> Reservation:
        if hold.sheet.counts_money and verdict.standings and ledger is self._ledger:
            self.budgets.see(terms.tenant, hold, verdict)
        if not verdict.is_granted:
            raise self._refused(hold, verdict)
        self._running.began(hold)
        self._decisions.add(terms.tenant, "granted")
        if hold.sheet.has_shadow:
            for counter, standing in zip(hold.sheet.counters, verdict.standings, strict=True):
                if standing.left < 0 and counter.is_shadow:
                    self._decisions.add(terms.tenant, "shadow", counter.rule)
        if not hold.sheet.has_lease:
            return Reservation(hold, ledger, verdict)
        alarm = self._alarms.after(_RENEW_SECONDS)
        reservation = Reservation(hold, ledger, verdict, alarm)
        alarm.set(reservation)
        return reservation

    def _refused(self, hold: Hold, verdict: Verdict) -> Exception:
        if verdict.failed < 0:
            return _unavailable()
        counter, left = hold.sheet.counters[verdict.failed], verdict.standings[verdict.failed].left
        missing = hold.amounts[verdict.failed] - left
        if verdict.retry_ms > SOON_MS and self._running.may_give_back(counter) >= missing:
            verdict = replace(verdict, retry_ms=SOON_MS)
        refusal = refusal_of(hold.sheet, verdict)
        if left <= 0 and counter.rule.unit != "concurrent-requests":
            # What is given back, by settlements or by exchanges that never left, makes room earlier.
            longest = _LONGEST_MEMORY_SECONDS if counter.rule.unit == "requests" else _BRIEFLY_SECONDS
            self._note_used_up(counter, min(verdict.retry_ms / 1000, longest), verdict)
        return refusal

    def _note_used_up(self, counter: Counter, seconds: float, verdict: Verdict) -> None:
        if len(self._used_up) >= _MOST_REMEMBERED:
            self._used_up.clear()
        now = self._clock.monotonic()
        free_at = now + verdict.retry_ms / 1000
        # Whoever shares this counter is told of it; the others of a sheet may be its caller's own.
        alone, standings = Sheet.of("", [counter]), (verdict.standings[verdict.failed],)

        def refusal_now() -> LimitExceeded:
            wait_ms = max(1, round((free_at - self._clock.monotonic()) * 1000))
            return refusal_of(alone, Verdict(False, standings, 0, wait_ms))

        self._used_up[counter.key] = _UsedUp(now + seconds, counter.capacity, refusal_now)


def _is_about_money(sheet: Sheet, verdict: Verdict) -> bool:
    """Whether a budget refuses."""
    return verdict.failed >= 0 and sheet.counters[verdict.failed].rule.currency is not None


def _unavailable() -> LimitsUnavailable:
    return LimitsUnavailable(
        "The gateway cannot check your limits at the moment. Try again shortly.", retry_after=1
    )
