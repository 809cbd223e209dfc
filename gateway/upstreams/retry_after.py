"""When an upstream says that another try makes sense."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

# A wait is passed on as it was asked for: shortened, it would make callers
# come back too early. What is too long for a client to sleep through is its
# refusal's matter (`x-should-retry`). The bound is for numbers without sense.
LONGEST_SECONDS = 86_400.0


def retry_after(headers: Mapping[bytes, bytes]) -> float | None:
    """
    Return the seconds that `Retry-After` asks for, from 0 to `LONGEST_SECONDS`.

    A date is measured against the answer's own `Date`, the clock it was
    written by; without one it says nothing. What cannot be read is None.
    """
    value = headers.get(b"retry-after")
    if value is None:
        return None
    seconds = _seconds(value.decode("latin-1").strip(), headers.get(b"date"))
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_SECONDS)


def _seconds(value: str, now: bytes | None) -> float | None:
    if value.replace(".", "", 1).isascii() and value.replace(".", "", 1).isdigit():
        return float(value)
    at, sent = _date(value), _date(now.decode("latin-1")) if now else None
    return (at - sent).total_seconds() if at and sent else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else None
