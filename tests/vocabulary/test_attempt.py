"""One try at one upstream."""

from gateway.vocabulary.attempt import Attempt
from gateway.vocabulary.residency import Residency


def test_a_try_of_unknown_cost_has_no_usage() -> None:
    """
    Unknown is not zero.
    """
    attempt = Attempt("first", "model", Residency.EXTERNAL, None, "upstream_unreachable", 0.1)

    assert attempt.usage is None
