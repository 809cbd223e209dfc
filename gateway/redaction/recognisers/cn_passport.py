"""Chinese passports by their form: E and eight signs, and the kinds for officials and old ones."""

import re

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import names_another_number

_CUES = cues("护照, passport, 证件, 出入境, 签证, visa")


def _judge(match: re.Match[str]) -> Found | None:
    start, end = match.span()
    if is_near(match, _CUES):
        return Found(start, end, bare(match[0]), 0.92)
    if match[0][0].islower() or len(match[0]) > 9 or names_another_number(match.string, start):
        return None
    return Found(start, end, bare(match[0]), 0.6)


RECOGNISER = Recogniser(
    name="cn_passport",
    entity="PASSPORT",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9A-Za-z_-])(?:[EGDSPHegdsph](?:{SEP}[0-9]){{8}}|[Ee]{SEP}[A-HJ-NP-Za-hj-np-z](?:{SEP}[0-9]){{7}})"
        r"(?![0-9A-Za-z_-])"
    ),
    judge=_judge,
    reach=(8, 2),
    least=7,
    may_be=lambda number: number.is_headed,
)
