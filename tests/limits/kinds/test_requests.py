"""So many requests in a window."""

from gateway.limits.windows import Rolling
from gateway.vocabulary.demand import Amounts
from tests.fakes.ledgers import requests


def test_a_request_is_one_whatever_its_length() -> None:
    """
    In a window of a minute where nothing is said.
    """
    rule = requests(5)

    assert (1, Rolling.of(60)) == (rule.measure(Amounts(1, 9_999, 9_999)), rule.window)
