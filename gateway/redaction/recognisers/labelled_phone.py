"""Telephone numbers of any form, by the word before them."""

import re

from gateway.redaction.checks import bare, words
from gateway.redaction.labelled import pattern_for
from gateway.redaction.recogniser import Found, Recogniser

_LABELS = """
    电话, 座机, 固话, 手机, 手机号, 联系方式, 联系电话, 传真, 移动电话, phone, telephone, tel, mobile,
    cell, cell phone, fax, telefon, handy, mobil, rufnummer, telefonnummer, whatsapp
"""
_DIGITS = range(7, 16)


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match["value"])
    if len(number) not in _DIGITS:
        return None
    start, end = match.span("value")
    if ")" in match["value"] and match.string[start - 1] in "(（":
        start -= 1
    return Found(start, end, number, 0.62)


_ANCHORS = words("""
    电话, 座机, 固话, 手机, 联系方式, 传真, phone, tel, mobil, cell, fax, handy, rufnummer, whatsapp
""")

RECOGNISER = Recogniser(
    name="labelled_phone",
    entity="PHONE",
    anchors=_ANCHORS,
    pattern=pattern_for(_LABELS, r"\(?\+?[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![0-9]|[.,][0-9])"),
    judge=_judge,
    reach=(10, 64),
)
