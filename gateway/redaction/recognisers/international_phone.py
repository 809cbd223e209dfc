"""Telephone numbers with the code of their country."""

import re

from gateway.redaction.phone_numbers import canonical, is_in_plan, may_be_in_plan
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.surroundings import names_another_number

_PARTING = r"[ \t./()（）-]{0,3}"
_EXTENSION = r"(?:[ ]?(?:ext\.?|x|转|分机|Durchwahl)[ ]?[0-9]{1,6}(?![0-9]))?"


_LEAST_DIGITS = 9


def _judge(match: re.Match[str]) -> Found | None:
    written = match["number"]
    number = "+" + re.sub(r"\(0\)|[^0-9]", "", written)
    if is_in_plan(number):
        score = 0.9
    elif names_another_number(match.string, match.start()):
        return None
    else:
        # A plus sign and so many digits are hardly anything else, given out or not.
        score = 0.7 if may_be_in_plan(number) else 0.56 if len(number) > _LEAST_DIGITS else 0.0
    return Found(match.start(), match.end(), canonical(match[0]), score)


RECOGNISER = Recogniser(
    name="international_phone",
    entity="PHONE",
    anchors=("+",),
    pattern=re.compile(
        rf"(?<![0-9A-Za-z+])\+(?P<number>{_PARTING}[1-9](?:{_PARTING}[0-9]){{6,14}})(?![0-9]){_EXTENSION}"
    ),
    judge=_judge,
    reach=(1, 72),
)
