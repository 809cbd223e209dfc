"""Numbers of patients of the National Health Service: ten digits with a check digit."""

import re

from stdnum.gb import nhs

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_CUES = cues("nhs, health service")
_AS_PRINTED = re.compile(r"[0-9]{3} [0-9]{3} [0-9]{4}")


def _judge(match: re.Match[str]) -> Found | None:
    text, (start, end) = match.string, match.span()
    number = bare(match[0])
    if is_near(match, _CUES):
        return Found(start, end, number, 0.93 if nhs.is_valid(number) else 0.7)
    if not _AS_PRINTED.fullmatch(match[0]) or not nhs.is_valid(number):
        return None
    if is_part_of_more(text, start, end) or names_another_number(text, start):
        return None
    return Found(start, end, number, 0.66)


RECOGNISER = Recogniser(
    name="uk_nhs",
    entity="UK_NHS",
    anchors=(NUMBER,),
    pattern=re.compile(rf"(?<![0-9])[0-9](?:{SEP}[0-9]){{9}}(?![0-9])"),
    judge=_judge,
    reach=(0, 0),
    least=10,
    may_be=lambda number: number.may_have(10),
)
