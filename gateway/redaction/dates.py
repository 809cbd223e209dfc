"""Days that somebody may have been born on."""

from calendar import monthrange

_FIRST_YEAR = 1890
_LAST_YEAR = 2039


def is_day(year: int, month: int, day: int) -> bool:
    """Return whether the calendar has this day."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def is_birthday(digits: str) -> bool:
    """Return whether eight digits, year first, are a day on which a living person may have been born."""
    year = int(digits[:4])
    return _FIRST_YEAR <= year <= _LAST_YEAR and is_day(year, int(digits[4:6]), int(digits[6:8]))
