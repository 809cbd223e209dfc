"""What stands around a number and says what it is not."""

import pytest

from gateway.redaction.surroundings import is_continued, is_part_of_more, names_another_number


@pytest.mark.parametrize(
    "before",
    [
        "订单号：",
        "快递单号 ",
        "订单编号为",
        "order ",
        "Order No. ",
        "tracking number: ",
        '"sku": "',
        "Bestellnummer: ",
        "版本",
        "| 流水号 | ",
    ],
)
def test_a_word_right_before_says_that_it_is_another_number(before: str) -> None:
    """
    In Chinese, English and German, with whatever stands between word and number.
    """
    assert names_another_number(f"您的{before}13812345678", len(f"您的{before}"))


@pytest.mark.parametrize(
    "before", ["手机：", "订单已发，电话 ", "in order to call ", "border ", "apart ", ""]
)
def test_any_other_word_says_nothing(before: str) -> None:
    """
    The word has to be the last one, and a word of its own.
    """
    assert not names_another_number(f"{before}13812345678", len(before))


@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        ("a", "", True),
        ("0.", "", True),
        ("1,", ",2", False),
        ("A-", "", True),
        ("¥", "", True),
        ("", ".50", True),
        ("", "-A1", True),
        ("", "f3", True),
        ("", "%", True),
        ("tel", "", False),
        ("Handynummer", "", False),
        ("", "and more", False),
        ("_", "_x", False),
        ("号", "吗", False),
    ],
)
def test_a_number_may_be_a_piece_of_something_longer(before: str, behind: str, expected: bool) -> None:  # noqa: FBT001
    """
    A letter, a fraction or a dash says so; a word that is glued on does not.
    """
    text = f"{before}13812345678{behind}"

    assert expected == is_part_of_more(text, len(before), len(before) + 11)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 2 3", False), ("1 2 3 4", True), ("0 1 2 3", True), ("1 2 3,4", False), ("0-1 2 3", False)],
)
def test_a_row_of_single_digits_is_not_cut_into_numbers(text: str, expected: bool) -> None:  # noqa: FBT001
    """
    Digits that go on with the same separator belong together.
    """
    start = text.index("1")

    assert expected == is_continued(text, start, start + 5)
