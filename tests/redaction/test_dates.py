"""Days of the calendar."""

import pytest

from gateway.redaction.dates import is_birthday


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("19900307", True),
        ("20000229", True),
        ("19000229", False),
        ("18891231", False),
        ("20401231", False),
        ("19901301", False),
        ("19900031", False),
        ("19900100", False),
    ],
)
def test_a_birthday_is_a_day_of_the_calendar_in_living_memory(digits: str, expected: bool) -> None:  # noqa: FBT001
    """
    Leap years count, the thirteenth month does not.
    """
    assert expected == is_birthday(digits)
