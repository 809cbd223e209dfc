"""Chinese mobile numbers: eleven digits that begin with 1, with or without the country's code."""

import re

from gateway.redaction.checks import SEP, bare
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_part_of_more, names_another_number

_GROUP = re.compile(r"[0-9]+")
_SEPARATOR = re.compile(r"[^0-9]+")


def _judge(match: re.Match[str]) -> Found | None:
    text = match.string
    start, end = match.span("number")
    first = match.start()
    number = bare(match["number"])
    if number[1] in "12" or not _is_regular(match["number"]):
        return None
    if is_part_of_more(text, first, end) or names_another_number(text, first):
        return None
    return Found(first, end, number, 0.9 if start > first else 0.85)


def _is_regular(number: str) -> bool:
    """Return whether the groups look like one number: one kind of separator, no odd single digit."""
    groups = [len(group) for group in _GROUP.findall(number)]
    separators = {separator.strip(" \t") for separator in _SEPARATOR.findall(number)}
    if len(separators) > 1 and not any("\n" in separator for separator in separators):
        return False
    return len(groups) == 11 or min(groups) > 1


RECOGNISER = Recogniser(
    name="cn_mobile",
    entity="PHONE",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9])(?:\(?(?:\+|00)?86\)?{SEP})?(?P<number>1{SEP}[3-9](?:{SEP}[0-9]){{9}})(?![0-9])"
    ),
    judge=_judge,
    reach=(8, 2),
)
