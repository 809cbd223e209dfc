"""German pension insurance numbers."""

from gateway.redaction.recognisers.de_social_security import is_right

EXAMPLES = [
    ("15 070649 C 103", "15 070649 C 103", "15070649C103"),
    ("SVNR 15070649C103", "15070649C103", "15070649C103"),
    ("Sozialversicherungsnummer: 65 170839 J 008", "65 170839 J 008", "65170839J008"),
    ("号15070649C103。", "15070649C103", "15070649C103"),
]
NEAR_MISSES = [
    "15 070649 C 104",
    "15 071349 C 103",
    "15070649C10",
    "X15070649C103",
    "150706490103",
]


def test_of_ten_last_digits_one_is_right() -> None:
    """
    The check digit is decided by the rest.
    """
    assert ["15070649C103"] == [number for digit in range(10) if is_right(number := f"15070649C10{digit}")]
