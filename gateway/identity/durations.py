"""Spans of time as people write them: 90s, 30m, 12h, 7d, 4w."""

import re

_FORM = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(s|m|h|d|w|mo)?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "mo": 2592000.0}


def span_seconds(text: str) -> float:
    """Return the seconds in a span; a bare number is seconds, `mo` thirty days. Raise `ValueError`."""
    form = _FORM.fullmatch(text.strip().lower())
    if form is None:
        raise ValueError("is no span of time; write 90s, 30m, 12h, 7d or 4w")
    return float(form[1]) * _SECONDS[form[2] or "s"]
