"""Hong Kong identity cards: one or two letters, six digits and a check sign, mostly in brackets."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import names_another_number

_CUES = cues("身份证, 身份證, 香港, 港澳, hkid, hk id, identity card, 證件, 证件")
_LETTER_BASE = ord("A") - 10


def check_sign(letters: str, digits: str) -> str:
    """Return the sign that belongs to letters and digits: weights from nine down to two, MOD 11."""
    values = (
        [36] * (2 - len(letters))
        + [ord(letter) - _LETTER_BASE for letter in letters]
        + list(map(int, digits))
    )
    rest = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % 11
    return "0" if rest == 0 else "A" if rest == 1 else str(11 - rest)


def _judge(match: re.Match[str]) -> Found | None:
    start, end = match.span()
    card = bare(match[0])
    is_right = card[-1] == check_sign(match["letters"].upper(), match["digits"])
    has_brackets = not match[0][-1].isalnum()
    if has_brackets and is_right:
        return Found(start, end, card, 0.95)
    if is_near(match, _CUES):
        return Found(start, end, card, 0.9 if is_right else 0.7)
    if is_right and match["letters"].isupper() and not names_another_number(match.string, start):
        return Found(start, end, card, 0.6)
    return None


RECOGNISER = Recogniser(
    name="hk_id",
    entity="HK_ID",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z_-])(?P<letters>[A-Za-z]{1,2})[ -]?(?P<digits>[0-9]{6})"
        r"(?:[ -]?[(（] ?[0-9Aa] ?[)）]|[ -]?[0-9Aa](?![0-9A-Za-z_-]))"
    ),
    judge=_judge,
    reach=(4, 6),
    least=6,
    may_be=lambda number: number.is_headed,
)
