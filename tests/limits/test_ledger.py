"""A ledger without limits."""

from gateway.limits.ledger import OpenLedger
from gateway.vocabulary.demand import Demand, Reservation
from gateway.vocabulary.usage import Usage


async def test_an_open_ledger_grants_everything_under_the_id_it_is_given() -> None:
    """
    However much is demanded, and however often.
    """
    ledger, demand = OpenLedger(), Demand(10**9, 10**9, 10**9)

    granted = [await ledger.reserve("r1", demand) for _ in range(3)]

    assert [Reservation("r1", demand)] * 3 == granted


async def test_settling_may_be_repeated() -> None:
    """
    Twice under one id is no fault.
    """
    ledger = OpenLedger()
    reservation = await ledger.reserve("r1", Demand())

    for _ in range(2):
        ledger.settle(reservation, Usage(1, 1))

    assert reservation == await ledger.reserve("r1", Demand())
