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

_Entry = tuple[Balance, int, int]


class MemoryLedger:
    """
    Count in dictionaries.

    `now_ms` is the time that counts. Counters that are empty and reservations
    that are settled are forgotten after a while.
    """

    def __init__(self, now_ms: Callable[[], int], *, sweep_every_ms: int = _SWEEP_EVERY_MS) -> None:
        self._now_ms = now_ms
        self._sweep_every_ms = sweep_every_ms
        self._balances: dict[str, Balance] = {}
        self._holds: dict[str, Sequence[_Entry]] = {}
        self._tombstones: dict[str, int] = {}
        self._swept_ms = now_ms()

    @property
    def held(self) -> int:
        """How many reservations are not settled."""
        return len(self._holds)

    async def reserve(self, hold: Hold) -> Verdict:
        """Take all of it or nothing."""
        now_ms = self._now_ms()
        self._sweep(now_ms)
        sheet, reservation_id = hold.sheet, hold.reservation_id
        balances, used = self._open(sheet, now_ms)
        if reservation_id in self._holds:
            return Verdict(is_granted=True, standings=_standings(sheet, balances, used, now_ms))
        if reservation_id in self._tombstones:
            return _LATE
        taken = list(map(add, used, hold.amounts))
        if any(map(gt, taken, sheet.capacities)):
            failed, retry_ms = admit(_needs(hold, balances, used), now_ms)
            if failed >= 0:
                standings = _standings(sheet, balances, used, now_ms)
                return Verdict(False, standings, failed, retry_ms)
        self._balances.update(zip(sheet.keys, balances))  # noqa: B905 - checking costs more than all of it
        self._holds[reservation_id] = [
            (balance, balance.take(amount, reservation_id), amount)
            for balance, amount in zip(balances, hold.amounts)  # noqa: B905
        ]
        return Verdict(True, _standings(sheet, balances, taken, now_ms))

    def settle(self, hold: Hold, used: Sequence[int]) -> None:
        """Replace what was reserved by what was used."""
        entries = self._holds.pop(hold.reservation_id, ())
        if entries or hold.reservation_id not in self._tombstones:
            self._tombstones[hold.reservation_id] = self._now_ms() + TOMBSTONE_MS
        for (balance, stamp, amount), truth in zip(entries, used, strict=False):
            balance.correct(stamp, truth - amount, hold.reservation_id)

    def renew(self, hold: Hold) -> None:
        """Hold the leases for longer."""
        if hold.reservation_id not in self._holds:
            return
        balances, _ = self._open(hold.sheet, self._now_ms())
        for balance in balances:
            if isinstance(balance, LeaseBalance):
                balance.take(1, hold.reservation_id)

    async def look(self, sheet: Sheet) -> Verdict:
        """Return where the counters stand."""
        now_ms = self._now_ms()
        balances, used = self._open(sheet, now_ms)
        return Verdict(is_granted=True, standings=_standings(sheet, balances, used, now_ms))

    def _open(self, sheet: Sheet, now_ms: int) -> tuple[list[Balance], list[int]]:
        found = self._balances
        balances, used = [], []
        for counter, terms in zip(sheet.counters, sheet.numbers(now_ms), strict=True):
            balance = found.get(counter.key)
            if balance is None:
                balance = _BALANCES[terms[0]]()
            balances.append(balance)
            used.append(balance.open(terms, now_ms))
        return balances, used

    def _sweep(self, now_ms: int) -> None:
        if now_ms - self._swept_ms < self._sweep_every_ms:
            return
        self._swept_ms = now_ms
        held = {id(entry[0]) for entries in self._holds.values() for entry in entries}
        idle = [
            key
            for key, balance in self._balances.items()
            if balance.empty_at() <= now_ms and id(balance) not in held
        ]
        for key in idle:
            del self._balances[key]
        for reservation_id in [one for one, until in self._tombstones.items() if until <= now_ms]:
            del self._tombstones[reservation_id]


def _standings(
    sheet: Sheet, balances: Sequence[Balance], used: Sequence[int], now_ms: int
) -> tuple[Standing, ...]:
    return tuple(
        [
            Standing(counter.capacity - one, max(0, balance.empty_at() - now_ms) if one > 0 else 0)
            for counter, balance, one in zip(sheet.counters, balances, used, strict=True)
        ]
    )


def _needs(hold: Hold, balances: Sequence[Balance], used: Sequence[int]) -> list[Need]:
    return [
        Need(amount, one_used, counter.capacity, counter.is_shadow, balance.free_at)
        for amount, one_used, counter, balance in zip(
            hold.amounts, used, hold.sheet.counters, balances, strict=True
        )
    ]
