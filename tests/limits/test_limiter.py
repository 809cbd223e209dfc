"""The one who says whether a caller may go on."""

import pytest

from gateway.limits.limiter import Limiter
from gateway.vocabulary.demand import Demand, Reservation
from gateway.vocabulary.refusal import Refusal
from gateway.vocabulary.usage import Usage
from tests.fakes.builders import a_caller
from tests.fakes.spies import SpyLedger


async def test_one_exchange_demands_one_request_of_its_tenant() -> None:
    """
    The id holds the tenant, so that no tenant can touch another's reservation.
    """
    ledger = SpyLedger()

    reservation = await Limiter(ledger).reserve("req_1", a_caller("acme"))

    assert Reservation("acme:req_1", Demand(requests=1)) == reservation
    assert [reservation] == ledger.reserved


async def test_what_was_used_is_booked_on_what_was_reserved() -> None:
    """
    Under the same reservation, with the exchange's usage.
    """
    ledger = SpyLedger()
    limiter = Limiter(ledger)
    reservation = await limiter.reserve("req_1", a_caller())

    limiter.settle(reservation, Usage(7, 5))

    assert [(reservation, Usage(7, 5))] == ledger.settled


async def test_a_refusal_of_the_ledger_reaches_the_caller() -> None:
    """
    The limiter adds nothing and hides nothing.
    """
    refusal = Refusal("over the limit", retry_after=3)

    with pytest.raises(Refusal) as caught:
        await Limiter(SpyLedger(refusal)).reserve("req_1", a_caller())

    assert refusal is caught.value
