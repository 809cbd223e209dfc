"""Payment cards of issuers that exist, and numbers that merely are as long."""

import pytest

from gateway.redaction.recognisers.payment_card import is_issued
from tests.fakes.looking import found_by

EXAMPLES = [
    ("卡号4111111111111111有问题", "4111111111111111", "4111111111111111"),
    ("5500-0055-5555-5559", "5500-0055-5555-5559", "5500005555555559"),
    ("Amex 3782 822463 10005", "3782 822463 10005", "378282246310005"),
    ("4111 1111 1111 1111 123", "4111 1111 1111 1111", "4111111111111111"),
    ("4111 1111 1111 1111 12/27", "4111 1111 1111 1111", "4111111111111111"),
    ("银行卡号 6222021234567890123 已挂失", "6222021234567890123", "6222021234567890123"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4111111111111111"),
    ("6222 0212\n3456 7890 128", "6222 0212\n3456 7890 128", "6222021234567890128"),
]
NEAR_MISSES = [
    "4111111111111112",
    "1234567890123452",
    "订单号 4111111111111111",
    "tracking no. 4111111111111111",
    "1700000000000",
    "550e8400-e29b-41d4-a716-446655440000",
    "41111111111111110000",
    "4111.111111111111",
]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("4" + "0" * 15, True),
        ("2221" + "0" * 12, True),
        ("2220" + "0" * 12, False),
        ("2721" + "0" * 12, False),
        ("62" + "0" * 17, True),
        ("37" + "0" * 13, True),
        ("37" + "0" * 14, False),
    ],
)
def test_an_issuer_has_its_own_beginnings_and_lengths(number: str, expected: bool) -> None:  # noqa: FBT001
    """
    A prefix counts only at a length that its issuer gives out.
    """
    assert expected == is_issued(number)


def test_a_mistyped_card_needs_a_word_for_it() -> None:
    """
    Where the check digit is wrong, the text has to say that it is a card.
    """
    assert [] == found_by("payment_card", "参数 6222021234567890123")
    assert [("6222021234567890123", "6222021234567890123")] == found_by(
        "payment_card", "银行卡 6222021234567890123"
    )
