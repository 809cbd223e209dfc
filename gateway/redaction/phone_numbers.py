"""What the numbering plans of the world say about a number: the one door of `phonenumbers`."""

import re

import phonenumbers

_SIGNS = re.compile(r"[^0-9+]")


def is_in_plan(number: str, region: str | None = None) -> bool:
    """Return whether a number is one that its country gives out."""
    parsed = _parsed(number, region)
    return parsed is not None and phonenumbers.is_valid_number(parsed)


def may_be_in_plan(number: str, region: str | None = None) -> bool:
    """Return whether a number is as long as its country's numbers are."""
    parsed = _parsed(number, region)
    return parsed is not None and phonenumbers.is_possible_number(parsed)


def _parsed(number: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(_SIGNS.sub("", number), region)
    except phonenumbers.NumberParseException:
        return None
