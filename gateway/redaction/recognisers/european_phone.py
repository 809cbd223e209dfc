"""Telephone numbers as they are dialled in Germany and the United Kingdom: behind one zero or two."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.phone_numbers import canonical, is_in_plan
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_CUES = cues("""
    phone, call, tel, mobile, contact, fax, dial, text, whatsapp, sms, telefon, handy, mobil, anruf,
    rufnummer, nummer, erreichen, ruf
""")
# As the United States write theirs: 02110-1301.
_POSTAL_CODE = re.compile("[0-9]{5}-[0-9]{4}")
_REGIONS = ("DE", "GB")


def _judge(match: re.Match[str]) -> Found | None:
    text, (start, end) = match.string, match.span()
    is_dialled_abroad = match[0].startswith("00")
    if is_part_of_more(text, start, end):
        return None
    has_cue = is_near(match, _CUES, before=32)
    if not has_cue and (match[0].isdigit() or _POSTAL_CODE.fullmatch(match[0])):
        return None
    number = bare(match[0])
    if names_another_number(text, start):
        return None
    if not (
        is_in_plan(f"+{number[2:]}")
        if is_dialled_abroad
        else any(is_in_plan(number, region) for region in _REGIONS)
    ):
        return None
    if is_dialled_abroad:
        number = canonical(match[0][2:])
    return Found(start, end, number, 0.82 if has_cue else 0.64)


RECOGNISER = Recogniser(
    name="european_phone",
    entity="PHONE",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9])00[1-9](?:[ ./()-]{0,2}[0-9]){8,13}(?![0-9])"
        r"|(?<![0-9])\(?0[1-9][0-9]{1,4}\)?(?:[ ]?[/-][ ]?|[ ]|)[0-9]{2,8}(?:[ -]?[0-9]{2,6}){0,3}(?![0-9])"
    ),
    judge=_judge,
    reach=(2, 4),
    least=7,
    may_be=lambda number: number.may_begin_with("0"),
)
