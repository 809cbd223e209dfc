"""The numbering plans of the world."""

import pytest

from gateway.redaction.phone_numbers import canonical, is_in_plan, may_be_in_plan


def test_a_number_that_a_country_gives_out_is_in_its_plan() -> None:
    """
    With the country's code, or inside a country.
    """
    assert is_in_plan("+44 20 7946 0958")
    assert is_in_plan("030 901820", "DE")
    assert not is_in_plan("+44 20 79")


def test_a_number_may_be_long_enough_and_not_given_out() -> None:
    """
    Invented numbers are of this kind.
    """
    assert may_be_in_plan("+1 555 555 0100")
    assert not may_be_in_plan("+1 555")


def test_what_is_no_number_is_in_no_plan() -> None:
    """
    The library's error does not come through.
    """
    assert not is_in_plan("")
    assert not may_be_in_plan("+")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+44 (0)20 7946 0958", "442079460958"),
        ("44 20 7946 0958", "442079460958"),
        ("+1 (415) 223-4567", "4152234567"),
        ("+1 415 223 4567 ext 12", "4152234567EXT12"),
        ("+86-138-1234-5678", "13812345678"),
        ("86 10 6277 0334", "01062770334"),
        ("+86 010 6277 0334", "01062770334"),
    ],
)
def test_one_number_is_one_however_it_is_dialled(written: str, number: str) -> None:
    """
    With the zero of its own country or without; those of North America and China also without their code.
    """
    assert number == canonical(written)
