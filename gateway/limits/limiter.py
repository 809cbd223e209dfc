"""The one who says whether a caller may go on."""

from gateway.limits.ledger import Ledger
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.demand import Demand, Reservation
from gateway.vocabulary.usage import Usage

_ONE_REQUEST = Demand()


class Limiter:
    """
    Reserve for an exchange before it leaves, settle it when it ended.

    Plans cannot state limits yet (policy refuses a document that tries), so
    every demand is granted by an `OpenLedger`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def reserve(self, request_id: str, caller: Caller) -> Reservation:
        """Take what one exchange of this caller may consume."""
        return await self._ledger.reserve(f"{caller.tenant}:{request_id}", _ONE_REQUEST)

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Book what the exchange did consume; never waits."""
        self._ledger.settle(reservation, usage)
