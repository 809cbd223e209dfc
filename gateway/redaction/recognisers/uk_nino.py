"""National Insurance numbers of the United Kingdom: two letters, six digits and a letter."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("national insurance, nino, ni number, ni no, insurance number")
_NOT_GIVEN_OUT = frozenset({"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"})
_FIRST = re.compile("[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]")


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match[0])
    if is_near(match, _CUES):
        return Found(match.start(), match.end(), number, 0.92)
    is_given_out = number[:2] not in _NOT_GIVEN_OUT and _FIRST.match(number) and number[-1] in "ABCD"
    if not is_given_out or not match["letters"].isupper():
        return None
    return Found(match.start(), match.end(), number, 0.85)


RECOGNISER = Recogniser(
    name="uk_nino",
    entity="UK_NINO",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z])(?P<letters>[A-Za-z]{2})(?:[ -]?[0-9]{2}){3}[ -]?[A-Za-z](?![0-9A-Za-z])"
    ),
    judge=_judge,
    reach=(4, 4),
    least=6,
    may_be=lambda number: number.digits == 6 and number.is_headed,
)
