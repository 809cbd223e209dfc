"""Macau identity cards: seven digits that begin with 1, 5 or 7, and a check digit in brackets."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("身份证, 身份證, 澳门, 澳門, bir, macau, macao")


def _judge(match: re.Match[str]) -> Found | None:
    has_brackets = not match[0][-1].isdigit()
    if not has_brackets and not is_near(match, _CUES, before=16):
        return None
    return Found(match.start(), match.end(), bare(match[0]), 0.85 if has_brackets else 0.7)


RECOGNISER = Recogniser(
    name="macau_id",
    entity="MACAU_ID",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z./-])[157][ /]?[0-9]{6}(?:[ ]?[(（] ?[0-9] ?[)）]|[/ ]?[0-9](?![0-9A-Za-z./-]))"
    ),
    judge=_judge,
    reach=(0, 6),
    least=7,
    may_be=lambda number: number.may_have(8) and number.may_begin_with("157"),
)
