"""Spans of time as people write them: 90s, 30m, 12h, 7d, 4w."""

import re

_FORM = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(s|m|h|d|w|mo)?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "mo": 2592000.0}


def span_seconds(text: str) -> float:
    """
    Return the seconds in a span, `mo` being thirty days. Raise `ValueError`.

    Only 0 needs no unit: who writes 90 may mean days as well as seconds.
    """
    form = _FORM.fullmatch(text.strip().lower())
    if form is None or (form[2] is None and float(form[1])):
        raise ValueError("is no span of time with its unit; write 90s, 30m (minutes), 12h, 7d or 4w")
    return float(form[1]) * _SECONDS[form[2] or "s"]
