"""Money is whole micro-units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vocabulary.money import amount_of, micros_of


@pytest.mark.parametrize(
    ("amount", "micros"),
    [("0", 0), ("1", 1_000_000), ("0.003", 3_000), ("250.5", 250_500_000), ("0.000001", 1)],
)
def test_an_amount_is_read_exactly(amount: str, micros: int) -> None:
    """
    To the last millionth.
    """
    assert micros == micros_of(amount)


@pytest.mark.parametrize(
    ("micros", "decimals", "amount"),
    [(1_999_999, 2, "1.99"), (5, 2, "0.00"), (-1_500_000, 2, "-1.50"), (7_000_000, 0, "7")],
)
def test_an_amount_is_shown_cut(micros: int, decimals: int, amount: str) -> None:
    """
    Never more than there is.
    """
    assert amount == amount_of(micros, decimals)


@given(st.integers(0, 10**15))
def test_what_is_shown_in_full_is_read_back(micros: int) -> None:
    """
    Nothing is lost on the way.
    """
    assert micros == micros_of(amount_of(micros, 6))
