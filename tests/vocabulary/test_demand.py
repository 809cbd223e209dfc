"""What an exchange asks of the limits."""

from gateway.vocabulary.demand import NOTHING, ONE_REQUEST, Amounts


def test_a_bare_demand_is_one_request() -> None:
    """
    Every exchange counts, even one of no tokens.
    """
    assert (Amounts(1, 0, 0, {}), Amounts(0)) == (ONE_REQUEST, NOTHING)
