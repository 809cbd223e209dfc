"""What is said of a number."""

import pytest

from gateway.redaction.seen_number import SeenNumber, number_at


def told(text: str) -> SeenNumber:
    start, end = text.index("<"), text.index(">") - 1
    return number_at(text.replace("<", "").replace(">", ""), start, end)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Question <123456789>.... Explain", SeenNumber(9, "1", True, False, False, 72)),
        ("<0123 4567>", SeenNumber(8, "0", False, False, False, 72)),
        ("订单号<12345678>号", SeenNumber(8, "1", True, False, False, 72)),
    ],
)
def test_an_ordinary_number_has_no_code_around_it(text: str, number: SeenNumber) -> None:
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

    assert number.is_headed


@pytest.mark.parametrize("text", ["<123456>A", "<123456>x1", "<123456> A", "<123456>-XY ", "<123456>abc"])
def test_letters_of_a_code_are_a_tail(text: str) -> None:
    """
    Some that touch it, or capital ones.
    """
    number = told(text.replace("1>", ">").replace("x1", "xy"))

    assert number.is_tailed


@pytest.mark.parametrize("text", ["<123456> of them", "<123456> Explain", "<123456>元", "<123456>."])
def test_a_word_behind_it_is_no_tail(text: str) -> None:
    """
    Nor is Chinese.
    """
    number = told(text)

    assert not number.is_tailed


@pytest.mark.parametrize(
    ("between", "room"), [("", 72), (" ", 1), (" " * 23, 1), (" " * 24, 24), (" " * 71, 24), (" " * 72, 72)]
)
def test_how_far_others_are_is_told_as_far_as_anybody_looks(between: str, room: int) -> None:
    """
    Before it and behind it.
    """
    other = "3" if between else ""

    assert room == told(f"{other}{between}<123456>").room
    assert room == told(f"<123456>{between}{other}").room


def test_a_bare_number_is_as_long_as_it_is() -> None:
    """
    One with signs between its digits may begin and end anywhere.
    """
    bare, parted = SeenNumber(9, "1", True, False, False, 72), SeenNumber(9, "1", False, False, False, 72)

    assert [False, True] == [bare.may_have(8), parted.may_have(8)]
    assert [True, True] == [bare.may_have(9, 11), parted.may_have(9, 11)]
    assert [False, False] == [bare.may_have(10), parted.may_have(10)]
    assert [False, True] == [bare.may_begin_with("2"), parted.may_begin_with("2")]
