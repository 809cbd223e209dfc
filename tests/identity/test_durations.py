"""Spans of time as people write them."""

import pytest

from gateway.identity.durations import span_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("90s", 90),
        ("30m", 1800),
        ("12h", 43200),
        ("7d", 604800),
        ("4w", 2419200),
        ("1mo", 2592000),
        ("1.5H ", 5400),
    ],
)
def test_a_span_is_its_seconds(text: str, seconds: float) -> None:
    """
    In large and small letters.
    """
    assert seconds == span_seconds(text)


@pytest.mark.parametrize(
    "text", ["", "d", "90", "0.5", "20271231", "-1d", "1 d", "1y", "1e9", "nan", "inf", "9" * 20]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    """
    With an example; a number without a unit, too, which people read as days and scripts as seconds.
    """
    with pytest.raises(ValueError, match="90s, 30m"):
        span_seconds(text)
