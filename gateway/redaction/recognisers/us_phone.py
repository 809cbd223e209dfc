"""Telephone numbers of North America: three, three and four digits."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_CUES = cues("""
    phone, call, tel, cell, mobile, contact, fax, reach, dial, text, whatsapp, sms, voicemail, hotline,
    callback, 电话, 手机, 联系, 致电, 号码, telefon, anruf
""")


def _judge(match: re.Match[str]) -> Found | None:
    text, (start, end) = match.string, match.span()
    if is_part_of_more(text, start, end) or names_another_number(text, start):
        return None
    number = bare(match["area"] + match["exchange"] + match["line"])
    extension = bare(match["extension"] or "")
    if is_near(match, _CUES, before=32, after=12):
        return Found(start, end, number + extension, 0.8)
    # Without a word, brackets or dashes have to say that it is a telephone's.
    is_usual = match["first"] in ("-", ".") or ")" in match["first"]
    return Found(start, end, number + extension, 0.7) if is_usual and match["second"] else None


RECOGNISER = Recogniser(
    name="us_phone",
    entity="PHONE",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9])(?:(?:\+|00)?1[-. ]?)?\(?(?P<area>(?!400)[2-9][0-9]{2})(?P<first>\) ?|[-./]|[ \t]{1,2}|)"
        r"(?P<exchange>[2-9][0-9]{2})(?P<second>[-. ]|)(?P<line>[0-9]{4})(?![0-9])"
        r"(?:[ ]?(?P<extension>(?:ext\.?|x|#)[ ]?[0-9]{1,6})(?![0-9]))?",
        re.IGNORECASE,
    ),
    judge=_judge,
    reach=(8, 14),
    least=7,
    may_be=lambda number: number.may_have(10, 11, 13),
)
