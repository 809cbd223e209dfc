"""What an exchange asks of the limits."""

from gateway.vocabulary.demand import Demand


def test_a_bare_demand_is_one_request() -> None:
    """
    Every exchange counts, even one of no tokens.
    """
    assert (1, 0, 0) == (Demand().requests, Demand().prompt_tokens, Demand().completion_tokens)
