"""Where limits are kept: what was granted and what was used."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from gateway.limits.sheet import Sheet
from gateway.limits.verdict import Verdict

# A retried command may be late by as much as a connection holds back.
TOMBSTONE_MS = 60_000
# Longer than policy lets any request take: a day until its last try begins, and a day for that. After it,
# what was reserved stays used, and a place is held no longer.
RECORD_MS = 50 * 3600 * 1000


class LedgerFailed(Exception):
    """The ledger cannot say whether a demand fits."""


class Hold(msgspec.Struct, frozen=True, eq=False):
    """What was granted under an id: a sheet, and how much of each of its counters."""

    reservation_id: str
    sheet: Sheet
    amounts: Sequence[int]


class Ledger(Protocol):
    """
    Reserve before, settle after; both are idempotent on the reservation's id.

    A reservation that comes after its own settlement takes nothing. A waiter
    who is cancelled, or to whom the ledger fails, holds nothing.
    """

    async def reserve(self, hold: Hold) -> Verdict:
        """Take all of it or nothing; raise `LedgerFailed` if that cannot be known."""

    def settle(self, hold: Hold, used: Sequence[int]) -> None:
        """Replace what was reserved by what was used; never waits, may be repeated."""

    def renew(self, hold: Hold) -> None:
        """Hold the leases for longer, because the exchange still runs; never waits."""

    async def look(self, sheet: Sheet) -> Verdict:
        """Return where the counters stand and take nothing; raise `LedgerFailed`."""
