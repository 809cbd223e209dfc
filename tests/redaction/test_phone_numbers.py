"""The numbering plans of the world."""

from gateway.redaction.phone_numbers import is_in_plan, may_be_in_plan


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
