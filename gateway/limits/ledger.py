"""Where limits are kept: what was granted and what was used."""

from typing import Protocol

from gateway.vocabulary.demand import Demand, Reservation
from gateway.vocabulary.usage import Usage


class Ledger(Protocol):
    """Reserve before, settle after; both are idempotent on the reservation's id."""

    async def reserve(self, reservation_id: str, demand: Demand) -> Reservation:
        """Take everything that is demanded or nothing; raise a `Refusal` when it does not fit."""

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Replace what was reserved by what was used; never waits."""


class OpenLedger:
    """A ledger without limits: everything is granted, nothing is kept."""

    async def reserve(self, reservation_id: str, demand: Demand) -> Reservation:
        """Grant the demand."""
        return Reservation(reservation_id, demand)

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Forget the reservation."""
