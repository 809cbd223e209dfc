"""The ledger of a gateway that is alone: everything is in this process, and gone with it."""

from collections.abc import Callable, Mapping, Sequence
from operator import add, gt

from gateway.limits.admission import Need, admit
from gateway.limits.balances import Balance, LeaseBalance, PeriodBalance, WindowBalance
from gateway.limits.ledger import TOMBSTONE_MS, Hold
from gateway.limits.sheet import LEASE, PERIOD, WINDOW, Sheet
from gateway.limits.verdict import Standing, Verdict

_BALANCES: Mapping[int, Callable[[], Balance]] = {
    WINDOW: WindowBalance,
    PERIOD: PeriodBalance,
    LEASE: LeaseBalance,
}
_SWEEP_EVERY_MS = 60_000
_LATE = Verdict(is_granted=False, standings=())

# The balances of a reservation, what was taken of each, and the stamps under which that is corrected.
_Taken = tuple[Sequence[Balance], Sequence[int], Sequence[int]]


class MemoryLedger:
    """
    Count in dictionaries.

    `now_ms` is the time that counts. Counters that are empty are forgotten
    after a while. So are tombstones, by generations, because to look at each
    of them would keep everybody waiting.
    """

    def __init__(self, now_ms: Callable[[], int], *, sweep_every_ms: int = _SWEEP_EVERY_MS) -> None:
        self._now_ms = now_ms
        self._sweep_every_ms = sweep_every_ms
        self._balances: dict[str, Balance] = {}
        self._holds: dict[str, _Taken] = {}
        self._tombstones: set[str] = set()
        self._older_tombstones: set[str] = set()
        self._swept_at_ms = now_ms()
        self._sweep_at_ms = self._swept_at_ms + sweep_every_ms
        self._bury_at_ms = now_ms() + TOMBSTONE_MS

    @property
    def held(self) -> int:
        """How many reservations are not settled."""
        return len(self._holds)

    async def reserve(self, hold: Hold) -> Verdict:
        """Take all of it or nothing."""
        now_ms = self._now_ms()
        sheet, reservation_id, amounts = hold.sheet, hold.reservation_id, hold.amounts
        balances, used, fresh = self._open(sheet, now_ms)
        if reservation_id in self._holds:
            return Verdict(is_granted=True, standings=_standings(sheet, balances, used, now_ms))
        if reservation_id in self._tombstones or reservation_id in self._older_tombstones:
            return _LATE
        taken = list(map(add, used, amounts))
        if any(map(gt, taken, sheet.capacities)):
            failed, retry_ms = admit(_needs(hold, balances, used), now_ms)
            if failed >= 0:
                standings = _standings(sheet, balances, used, now_ms)
                return Verdict(False, standings, failed, retry_ms)
        if fresh is not None:
            self._balances.update(fresh)
        stamps = [
            balance.take(amount, reservation_id)
            for balance, amount in zip(balances, amounts)  # noqa: B905 - checking costs more than all of it
        ]
        self._holds[reservation_id] = balances, amounts, stamps
        return Verdict(True, _standings(sheet, balances, taken, now_ms))

    def settle(self, hold: Hold, used: Sequence[int]) -> None:
        """Replace what was reserved by what was used."""
        reservation_id = hold.reservation_id
        self._tombstones.add(reservation_id)
        taken = self._holds.pop(reservation_id, None)
        if taken is not None:
            for balance, amount, stamp, truth in zip(*taken, used):  # noqa: B905 - as above
                balance.correct(stamp, truth - amount, reservation_id)

    def renew(self, hold: Hold) -> None:
        """Hold the leases for longer."""
        if hold.reservation_id not in self._holds:
            return
        balances, *_ = self._open(hold.sheet, self._now_ms())
        for balance in balances:
            if isinstance(balance, LeaseBalance):
                balance.take(1, hold.reservation_id)

    async def look(self, sheet: Sheet) -> Verdict:
        """Return where the counters stand."""
        now_ms = self._now_ms()
        balances, used, _ = self._open(sheet, now_ms)
        return Verdict(is_granted=True, standings=_standings(sheet, balances, used, now_ms))

    def _open(self, sheet: Sheet, now_ms: int) -> tuple[list[Balance], list[int], dict[str, Balance] | None]:
        """Return balances, what is used of each, and those that are not kept unless something is taken."""
        # Also where the clock was put back: by the old time, it would never be due.
        if not self._swept_at_ms <= now_ms < self._sweep_at_ms:
            self._sweep(now_ms)
        found = self._balances
        balances, used = [], []
        fresh: dict[str, Balance] | None = None
        for key, terms in zip(sheet.keys, sheet.numbers(now_ms)):  # noqa: B905 - as above
            balance = found.get(key)
            if balance is None:
                balance = _BALANCES[terms[0]]()
                fresh = fresh or {}
                fresh[key] = balance
            balances.append(balance)
            used.append(balance.open(terms, now_ms))
        return balances, used, fresh

    def _sweep(self, now_ms: int) -> None:
        self._swept_at_ms, self._sweep_at_ms = now_ms, now_ms + self._sweep_every_ms
        held = {id(balance) for balances, _, _ in self._holds.values() for balance in balances}
        idle = [
            key
            for key, balance in self._balances.items()
            if balance.empty_ms <= now_ms and id(balance) not in held
        ]
        for key in idle:
            del self._balances[key]
        # A step back of a moment lets none go early.
        if not self._bury_at_ms - 2 * TOMBSTONE_MS <= now_ms < self._bury_at_ms:
            self._bury_at_ms = now_ms + TOMBSTONE_MS
            self._older_tombstones, self._tombstones = self._tombstones, set()


def _standings(
    sheet: Sheet, balances: Sequence[Balance], used: Sequence[int], now_ms: int
) -> tuple[Standing, ...]:
    return tuple(
        [
            Standing(
                capacity - one, balance.empty_ms - now_ms if one > 0 and balance.empty_ms > now_ms else 0
            )
            for capacity, balance, one in zip(sheet.capacities, balances, used)  # noqa: B905 - as above
        ]
    )


def _needs(hold: Hold, balances: Sequence[Balance], used: Sequence[int]) -> list[Need]:
    return [
        Need(amount, one_used, counter.capacity, counter.is_shadow, balance.free_at)
        for amount, one_used, counter, balance in zip(
            hold.amounts, used, hold.sheet.counters, balances, strict=True
        )
    ]
