"""Surrogates are valid, and nobody's."""

from hashlib import sha256

import pytest

from gateway.redaction.actions.forms import CHINESE, OTHER, form_of, forms_of
from gateway.redaction.checks import luhn
from gateway.redaction.phone_numbers import is_in_plan
from gateway.redaction.recognisers.cn_resident_id import RECOGNISER as RESIDENT_ID


def surrogates(entity: str, *, is_chinese: bool = False) -> list[str]:
    form = form_of(entity, is_chinese=is_chinese)
    assert form is not None
    return [form.surrogate(sha256(bytes([number])).digest()) for number in range(200)]


def test_cards_and_residents_have_the_right_check_digit() -> None:
    """
    Whoever validates them finds nothing wrong, but for an issuer and a region that are none.
    """
    assert all(
        luhn(card) and card.startswith("400000") and len(card) == 16 for card in surrogates("PAYMENT_CARD")
    )
    weights = [2 ** (17 - place) % 11 for place in range(18)]
    for number in surrogates("CN_RESIDENT_ID"):
        digits = [10 if sign == "X" else int(sign) for sign in number]
        assert 1 == sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11
        assert number.startswith("990000")
    assert "CN_RESIDENT_ID" == RESIDENT_ID.entity


def test_no_numbering_plan_gives_their_telephone_numbers_to_anybody() -> None:
    """
    In China none begins so; in America they are kept for films.
    """
    assert not any(is_in_plan(number, "CN") for number in surrogates("PHONE", is_chinese=True))
    assert all(number[6:10] == "-555" or "-555-01" in number for number in surrogates("PHONE"))


def test_a_value_in_chinese_has_a_surrogate_in_chinese() -> None:
    """
    Where its kind has one for each; a number is a number everywhere.
    """
    assert all("\u4e00" <= name[0] <= "\u9fff" for name in surrogates("PERSON", is_chinese=True))
    assert all(name.isascii() for name in surrogates("PERSON"))
    assert form_of("EMAIL", is_chinese=True) is form_of("EMAIL", is_chinese=False)
    assert form_of("WECHAT_ID", is_chinese=True) is None
    assert [] == forms_of("WECHAT_ID")


@pytest.mark.parametrize("entity", sorted(CHINESE.keys() | OTHER.keys()))
def test_there_are_thousands_of_each(entity: str) -> None:
    """
    And different values mostly have different ones at once.
    """
    for form in forms_of(entity):
        assert form.shape.room > 2_000
        assert len({form.surrogate(sha256(bytes([number])).digest()) for number in range(100)}) > 95
