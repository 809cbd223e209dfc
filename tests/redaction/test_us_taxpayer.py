"""Three, two and four digits."""

import pytest

from gateway.redaction.us_taxpayer import judge, pattern_for


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
