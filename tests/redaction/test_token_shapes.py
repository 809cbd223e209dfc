"""How a token looks, whole and begun."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.token_shapes import TokenShape, TokenShapes

PERSON = TokenShape("PERSON_", "2-9A-HJ-NP-Z", 8)
EMAIL = TokenShape("person-", "a-z2-7", 4, "@example.invalid")
SHAPES = TokenShapes([PERSON, EMAIL])


@pytest.mark.parametrize("token", ["PERSON_7K3QX2M9", "person-ab2c@example.invalid"])
def test_every_proper_beginning_of_a_token_is_seen_as_one(token: str) -> None:
    """
    At the end of a text, from the first character to the last but one.
    """
    for length in range(1, len(token)):
        found = SHAPES.beginning.search("so: " + token[:length])
        assert found is not None
        assert token[:length] == found[0]


@pytest.mark.parametrize("token", ["PERSON_7K3QX2M9", "person-ab2c@example.invalid"])
def test_a_whole_token_is_no_beginning(token: str) -> None:
    """
    It is found whole, also within other text.
    """
    whole = SHAPES.whole.search(f"[{token}]s")

    assert whole is not None
    assert token == whole[0]
    assert SHAPES.beginning.fullmatch(token) is None


@given(st.text("PERSON_7Kperson-ab2 ", max_size=8))
def test_the_hint_misses_no_token(text: str) -> None:
    """
    Where it sees nothing, there is neither a token nor the beginning of one.
    """
    hinted = SHAPES.hint.search(text) is not None

    assert hinted or (SHAPES.whole.search(text) is None and SHAPES.beginning.search(text) is None)


def test_without_shapes_nothing_is_found() -> None:
    """
    A profile that replaces nothing has no tokens.
    """
    none = TokenShapes([])

    assert [None] * 3 == [
        pattern.search("PERSON_7K3QX2M9") for pattern in (none.whole, none.beginning, none.hint)
    ]


def test_of_two_heads_at_one_place_the_longer_wins() -> None:
    """
    A head that begins like another one is tried first.
    """
    shapes = TokenShapes([TokenShape("A_", "A-Z_2-9", 3), TokenShape("A_BC_", "2-9A-HJ-NP-Z", 3)])

    found = shapes.whole.search("A_BC_DEF")

    assert found is not None
    assert "A_BC_DEF" == found[0]


@pytest.mark.parametrize(
    ("head", "other", "expected"),
    [
        ("CN_", "CN_PASSP2RT_", True),
        ("CN_", "CN_ID_", False),
        ("CN_", "CN_", False),
        ("EMAIL_", "PERSON_", False),
    ],
)
def test_a_token_that_could_begin_another_is_known(head: str, other: str, expected: bool) -> None:  # noqa: FBT001
    """
    `CN_` and eight letters may be the beginning of `CN_PASSP2RT_` and eight more.
    """
    assert expected is TokenShape(head, "2-9A-HJ-NP-Z", 8).hides(TokenShape(other, "2-9A-HJ-NP-Z", 8))
