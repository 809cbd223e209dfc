"""Chinese mobile numbers: eleven digits that begin with 1, with or without the country's code."""

import re

from gateway.redaction.checks import SEP, bare, is_regular
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_continued, is_part_of_more, names_another_number


def _judge(match: re.Match[str]) -> Found | None:
    text = match.string
    start, end = match.span("number")
    first = match.start()
    number = bare(match["number"])
    if number[1] in "12" or not is_regular(match["number"]):
        return None
    if (
        is_part_of_more(text, first, end)
        or is_continued(text, start, end)
        or names_another_number(text, first)
    ):
        return None
    return Found(first, end, number, 0.9 if start > first else 0.85)


RECOGNISER = Recogniser(
    name="cn_mobile",
    entity="PHONE",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9])(?:\(?(?:\+|00)?86\)?{SEP})?(?P<number>1{SEP}[3-9](?:{SEP}[0-9]){{9}})(?![0-9])"
    ),
    judge=_judge,
    reach=(8, 2),
    least=11,
    may_be=lambda number: number.digits >= 11 and number.may_begin_with("018"),
)
