"""What the numbering plans of the world say about a number: the one door of `phonenumbers`."""

import re

import phonenumbers

from gateway.redaction.checks import bare

_SIGNS = re.compile(r"[^0-9+]")
_TRUNK_ZERO = re.compile(r"\(0\)")
_AMERICAN = re.compile(r"1(?=[2-9][0-9]{9}(?![0-9]))")
_CHINESE_MOBILE = re.compile(r"860?(?=1[3-9][0-9]{9}(?![0-9]))")
_CHINESE = re.compile(r"860?(?=[1-9])")


def canonical(written: str) -> str:
    """
    Return which number this is, written from the code of its country on.

    Of North America and China it is the one that is dialled there, as people
    write it at least as often. Elsewhere a national number could be another country's.
    """
    number = bare(_TRUNK_ZERO.sub("", written))
    for code, dialled in ((_AMERICAN, ""), (_CHINESE_MOBILE, ""), (_CHINESE, "0")):
        if code.match(number):
            return code.sub(dialled, number, count=1)
    return number


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
