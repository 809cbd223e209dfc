"""Stars but for the last four."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.actions.mask import MASK, masked
from gateway.redaction.finding import Finding
from gateway.redaction.rewriting import ScopedMint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6222 0212 3456 7890", "**** **** **** 7890"),
        ("13812345678", "*******5678"),
        ("12345678", "********"),
        ("张伟", "**"),
        ("a.b@corp.cn", "*.*@****.**"),
        ("", ""),
    ],
)
def test_a_long_value_keeps_its_last_four(text: str, expected: str) -> None:
    """
    Of a short one, four would be half of it.
    """
    assert expected == masked(text)


@given(st.text())
def test_at_most_four_letters_and_digits_stay(text: str) -> None:
    """
    And never more than what is hidden.
    """
    shown = sum(character.isalnum() for character in masked(text))

    assert len(text) == len(masked(text))
    assert shown <= min(4, sum(character.isalnum() for character in text) // 2)


def test_a_mask_comes_not_back() -> None:
    """
    The action rewrites and restores nothing.
    """
    assert MASK.rewrite is not None
    finding = Finding(0, 11, "PHONE", b"m" * 16)
    assert ("*******5678", False) == (
        MASK.rewrite("13812345678", finding, ScopedMint(b"k"), 0),
        MASK.restores,
    )
