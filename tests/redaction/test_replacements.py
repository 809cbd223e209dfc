"""What stands for values is no text to look through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.replacements import Replacements

KINDS = ("CN_ID", "ID", "PAYMENT_CARD", "PHONE")
REPLACEMENTS = Replacements(KINDS)
# The same, plainly and slowly.
_SLOWLY = re.compile(
    r"(?:PAYMENT_CARD|CN_ID|PHONE|ID)(?:_[2-9A-HJ-NP-Z]{8}|-[0-9a-f]{16})|\[(?:CN_ID|ID|PAYMENT_CARD|PHONE)\]"
)


def test_what_stands_for_values_is_blanked() -> None:
    """
    Placeholders, digests and names in brackets; a word of the text stays.
    """
    text = "PAYMENT_CARD_7K3QX2M9, ID-3f2a9c1b7d04e5a6, [PHONE], ID DE89, PAYMENT_CARD"

    assert f"{'~' * 21}, {'~' * 19}, {'~' * 7}, ID DE89, PAYMENT_CARD" == REPLACEMENTS.blanked(text)


@pytest.mark.parametrize(
    "text", ["", "hello", "snake_CASE2345", "a-0123456789abcdef", "[1] [ID", "_7K3QX2M9"]
)
def test_what_stands_for_nothing_is_the_very_same(text: str) -> None:
    """
    Also where it ends like a placeholder.
    """
    assert text is REPLACEMENTS.blanked(text)


_PIECES = st.sampled_from(
    [*KINDS, "_7K3QX2M9", "-0123456789abcdef", "[", "]", "_", "[ID]", "PHONE_22222222", "CN_", "x", " ", "张"]
)


@given(st.lists(_PIECES, max_size=10).map("".join))
def test_it_is_found_wherever_it_stands(text: str) -> None:
    """
    As a slow pattern finds it, and the text stays as long as it was.
    """
    expected = _SLOWLY.sub(lambda found: "~" * len(found[0]), text)

    assert expected == REPLACEMENTS.blanked(text)


def test_without_kinds_nothing_stands_for_values() -> None:
    """
    Whatever it looks like.
    """
    assert "PHONE_22222222 []" == Replacements(()).blanked("PHONE_22222222 []")
