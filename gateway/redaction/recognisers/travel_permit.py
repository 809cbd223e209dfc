"""Permits for travel between the mainland, Hong Kong, Macau and Taiwan."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import names_another_number

_CUES = cues("通行证, 回乡证, 台胞证, 往来港澳, 往来台湾, 内地通行, 返乡证, travel permit, home return")


def _judge(match: re.Match[str]) -> Found | None:
    start, end = match.span()
    number = bare(match[0])
    if is_near(match, _CUES):
        return Found(start, end, number, 0.92)
    # Without a word, only the return permit of Hong Kong and Macau has a form of its own.
    if number[0] in "HM" and len(number) in (9, 11) and not names_another_number(match.string, start):
        return Found(start, end, number, 0.56)
    return None


RECOGNISER = Recogniser(
    name="travel_permit",
    entity="TRAVEL_PERMIT",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z_-])(?:[HMhm][0-9]{8}(?:[ ]?[0-9]{2})?|[CWTcwt][A-Za-z]?[0-9]{7,8}|[0-9]{8}"
        r"|[0-9]{10}[(（]?[A-Z]?[)）]?)"
        r"(?![0-9A-Za-z_-])"
    ),
    judge=_judge,
    reach=(3, 6),
    least=7,
    may_be=lambda number: number.may_have(7, 8, 10),
)
