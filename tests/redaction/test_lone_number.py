"""What is said of a number that stands alone."""

import pytest

from gateway.redaction.lone_number import LoneNumber, lone_number


def told(text: str) -> LoneNumber | None:
    start, end = text.index("<"), text.index(">") - 1
    return lone_number(text.replace("<", "").replace(">", ""), start, end)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Question <123456789>.... Explain", LoneNumber(9, "1", True, False, False)),
        ("<0123 4567>", LoneNumber(8, "0", False, False, False)),
        ("订单号<12345678>号", LoneNumber(8, "1", True, False, False)),
    ],
)
def test_an_ordinary_number_has_no_code_around_it(text: str, number: LoneNumber) -> None:
    """
    Words and punctuation are none.
    """
    assert number == told(text)


@pytest.mark.parametrize("text", ["E<12345678>", "no: AB-<123456>", "éAB <123456>", "A, b <123456>"])
def test_one_or_two_letters_before_it_are_a_head(text: str) -> None:
    """
    Whatever stands before them, and whatever parts them from the number.
    """
    number = told(text)

    assert number is not None
    assert number.is_headed


@pytest.mark.parametrize("text", ["<123456>A", "<123456>x1", "<123456> A", "<123456>-XY ", "<123456>abc"])
def test_letters_of_a_code_are_a_tail(text: str) -> None:
    """
    Some that touch it, or capital ones.
    """
    number = told(text.replace("1>", ">").replace("x1", "xy"))

    assert number is not None
    assert number.is_tailed


@pytest.mark.parametrize("text", ["<123456> of them", "<123456> Explain", "<123456>元", "<123456>."])
def test_a_word_behind_it_is_no_tail(text: str) -> None:
    """
    Nor is Chinese.
    """
    number = told(text)

    assert number is not None
    assert not number.is_tailed


@pytest.mark.parametrize("text", ["1 word <123456>", "<123456> word 1", f"3{' ' * 71}<123456>"])
def test_a_number_with_others_around_it_does_not_stand_alone(text: str) -> None:
    """
    Nothing is said of it, since what is looked for may be both together.
    """
    assert told(text) is None


def test_a_number_far_from_others_stands_alone() -> None:
    """
    As far as nobody looks.
    """
    assert told(f"3{' ' * 72}<123456>{' ' * 72}4") == LoneNumber(6, "1", True, False, False)


def test_a_bare_number_is_as_long_as_it_is() -> None:
    """
    One with signs between its digits may begin and end anywhere.
    """
    bare, parted = LoneNumber(9, "1", True, False, False), LoneNumber(9, "1", False, False, False)

    assert [False, True] == [bare.may_have(8), parted.may_have(8)]
    assert [True, True] == [bare.may_have(9, 11), parted.may_have(9, 11)]
    assert [False, False] == [bare.may_have(10), parted.may_have(10)]
    assert [False, True] == [bare.may_begin_with("2"), parted.may_begin_with("2")]
