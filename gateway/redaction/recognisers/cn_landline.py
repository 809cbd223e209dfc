"""Chinese landline numbers: an area code and seven or eight digits, and what is extended from there."""

import re

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_CUES = cues("电话, 座机, 固话, 固定电话, 传真, 联系, 拨打, 致电, 来电, 热线, tel, phone, fax, call")
_EIGHT_DIGITS_ONLY = frozenset({"010", "020", "021", "022", "023", "024", "025", "027", "028", "029"})
_CLOSED = re.compile("[)）]")
_NOT_DIGITS = re.compile(r"[^0-9]")


def _judge(match: re.Match[str]) -> Found | None:
    area, number = match["area"], bare(match["number"])
    if area in _EIGHT_DIGITS_ONLY and len(number) != 8:
        return None
    text, (start, end) = match.string, match.span()
    if match[0][0] in "(（" and not _CLOSED.search(match[0]):
        start += 1
    if is_part_of_more(text, start, end) or names_another_number(text, start):
        return None
    extension = _NOT_DIGITS.sub("", match["extension"] or "")
    canonical = f"{area}{number}" + (f"X{extension}" if extension else "")
    is_parted = match["parting"] != ""
    if is_near(match, _CUES):
        return Found(start, end, canonical, 0.9)
    return Found(start, end, canonical, 0.8 if is_parted else 0.6)


RECOGNISER = Recogniser(
    name="cn_landline",
    entity="PHONE",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9])(?:\(?(?:\+|00)86\)?[ -]?)?"
        r"[(（]?(?P<area>0(?:10|2[0-57-9]|[3-9][0-9]{2}))(?P<parting>[)）]?[ \t]?[-./]?[ \t]?)"
        rf"(?P<number>[2-8](?:{SEP}[0-9]){{6,7}})(?![0-9])"
        r"(?:[ ]?(?P<extension>(?:转|分机|ext\.?|x|#|-)[ :：]?[0-9]{1,6})(?![0-9]))?",
        re.IGNORECASE,
    ),
    judge=_judge,
    reach=(8, 14),
    least=7,
    may_be=lambda number: number.digits >= 10 and number.may_begin_with("08"),
)
