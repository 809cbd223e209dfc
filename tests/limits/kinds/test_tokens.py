"""So many tokens in a window."""

from typing import Any

import pytest

from gateway.vocabulary.demand import Amounts
from tests.fakes.ledgers import tokens


@pytest.mark.parametrize(("count", "expected"), [("input", 30), ("output", 70), ("both", 100)])
def test_the_side_that_is_limited_counts(count: Any, expected: int) -> None:
    """
    Prompts, answers, or both.
    """
    assert expected == tokens(5, count=count).measure(Amounts(1, 30, 70))
