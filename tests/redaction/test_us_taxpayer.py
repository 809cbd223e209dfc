"""Three, two and four digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.redaction.us_taxpayer import judge, may_be_believed, pattern_for

_ANY = pattern_for("[0-9]{3}")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("123-45-6789", 0.8),
        ("ssn 123 45 6789", 0.92),
        ("123 45 6789", None),
        ("666-45-6789", None),
        ("000-45-6789", None),
    ],
)
def test_dashes_or_a_word_make_it_believable(text: str, score: float | None) -> None:
    """
    Numbers that are never given out are not believed.
    """
    match = pattern_for("[0-9]{3}").search(text)
    assert match is not None

    found = judge(match)

    assert score == (found and found.score)


@given(
    before=st.lists(
        st.sampled_from(["ssn ", "ITIN", "tax id: ", "order ", "}, {", "x" * 20, "社安号"]), max_size=3
    ),
    number=st.from_regex(_ANY, fullmatch=True),
    behind=st.sampled_from(["", " ssn", " (taxpayer)", " of them", "-1"]),
)
def test_where_nothing_speaks_for_it_no_number_is_believed(
    before: list[str], number: str, behind: str
) -> None:
    """
    So the pattern need not be tried.
    """
    text = "".join(before) + number + behind
    start = len(text) - len(number + behind)
    match = _ANY.search(text, start, start + len(number))

    assert may_be_believed(text, start, start + len(number)) or match is None or judge(match) is None


def test_a_bare_number_needs_a_word() -> None:
    """
    Before it or right behind it.
    """
    assert not may_be_believed("Question 123456789. Explain", 9, 18)
    assert may_be_believed("123-45-6789", 0, 11)
    assert may_be_believed("ssn 123456789", 4, 13)
    assert may_be_believed("123456789 (ssn)", 0, 9)
