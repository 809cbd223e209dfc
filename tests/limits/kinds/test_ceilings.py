"""Bounds of a single request."""

from gateway.limits.kinds.ceilings import ContextCeiling, OutputCeiling
from gateway.vocabulary.demand import Amounts

_ASKED = Amounts(1, 4_000, 500, {}, 1_500)


def test_output_is_what_was_asked_for() -> None:
    """
    The prompt is no part of it.
    """
    assert 500 == OutputCeiling(name="a", at_most=1).measure(_ASKED)


def test_context_is_the_rough_size_of_everything() -> None:
    """
    Not the upper bound, which is several times too high.
    """
    assert 1_500 == ContextCeiling(name="a", at_most=1).measure(_ASKED)
