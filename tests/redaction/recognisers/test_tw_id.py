"""Identity numbers of Taiwan."""

from gateway.redaction.recognisers.tw_id import is_right

EXAMPLES = [
    ("身分證A123456789", "A123456789", "A123456789"),
    ("A 123 456 789", "A 123 456 789", "A123456789"),
    ("居留證A800000014", "A800000014", "A800000014"),
    ("台湾身份证 B123456789", "B123456789", "B123456789"),
]
NEAR_MISSES = [
    "B123456789",
    "A323456789",
    "A12345678",
    "XA123456789",
    "A1234567890",
    "ab 02.01.2027 wieder",
]


def test_of_ten_last_digits_one_is_right() -> None:
    """
    The check digit is decided by the rest.
    """
    assert 1 == sum(is_right(f"F13192746{digit}") for digit in range(10))
