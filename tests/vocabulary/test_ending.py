"""How an exchange ended."""

from gateway.vocabulary.ending import Ending


def test_the_words_for_endings_do_not_change() -> None:
    """
    Metrics, logs and audit records of years hold them.
    """
    assert ["finished", "upstream_broke", "caller_left", "timed_out", "refused"] == list(Ending)
