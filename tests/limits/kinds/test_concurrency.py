"""So many requests at once."""

from gateway.limits.windows import LEASE_SECONDS, Lease
from gateway.vocabulary.demand import ONE_REQUEST
from tests.fakes.ledgers import at_once


def test_a_request_holds_one_place() -> None:
    """
    For as long as its lease is renewed.
    """
    assert (1, Lease(LEASE_SECONDS * 1000)) == (at_once(3).measure(ONE_REQUEST), at_once(3).window)
