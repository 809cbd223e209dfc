"""What came of an exchange."""

from tests.fakes.builders import an_attempt, an_outcome


def test_the_upstream_is_the_last_one_tried() -> None:
    """
    Which gave the answer, if there was one.
    """
    assert "second" == an_outcome(attempts=(an_attempt("first", "x"), an_attempt("second"))).upstream


def test_without_a_try_there_is_no_upstream() -> None:
    """
    A refusal at the door asked nobody.
    """
    assert an_outcome(attempts=()).upstream is None
