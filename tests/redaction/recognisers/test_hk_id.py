"""Hong Kong identity cards."""

from gateway.redaction.recognisers.hk_id import check_sign

EXAMPLES = [
    ("HKID A123456(3)", "A123456(3)", "A1234563"),
    ("身份證A123456（3）", "A123456（3）", "A1234563"),
    ("AB987654(3)", "AB987654(3)", "AB9876543"),
    ("证件A1234563", "A1234563", "A1234563"),
    ("香港身份证 A123456(9)", "A123456(9)", "A1234569"),
]
NEAR_MISSES = [
    "A123456(4)",
    "A1234564",
    "part A1234563",
    "XA123456(3)9",
    "BA-123456(3)x",
]


def test_the_check_sign_of_a_card_may_be_a_letter() -> None:
    """
    A rest of one is written as A, none as 0.
    """
    signs = {check_sign("A", f"{number:06}") for number in range(200)}

    assert set("0123456789A") == signs
