"""German pension insurance numbers: area, day of birth, a letter, sequence and check digit."""

import re

from gateway.redaction.checks import bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("sozialversicherung, rentenversicherung, sv-nummer, svnr, sv-nr, versicherungsnummer, rvnr")
_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def is_right(number: str) -> bool:
    """Return whether the check digit fits: a letter counts as its place in the alphabet."""
    values = [*number[:8], *f"{ord(number[8]) - 64:02}", *number[9:11]]
    total = sum(sum(divmod(weight * int(value), 10)) for weight, value in zip(_WEIGHTS, values, strict=True))
    return total % 10 == int(number[11])


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match[0])
    if is_right(number):
        return Found(match.start(), match.end(), number, 0.9)
    return Found(match.start(), match.end(), number, 0.75) if is_near(match, _CUES) else None


RECOGNISER = Recogniser(
    name="de_social_security",
    entity="DE_SOCIAL_SECURITY",
    anchors=(NUMBER,),
    pattern=re.compile(
        r"(?<![0-9A-Za-z])[0-9]{2}[ -]?(?:[0-2][0-9]|3[01]|[4-9][0-9])[ -]?(?:0[1-9]|1[0-2])[ -]?[0-9]{2}"
        r"[ -]?[A-Za-z][ -]?[0-9]{2}[ -]?[0-9](?![0-9A-Za-z])"
    ),
    judge=_judge,
    reach=(0, 8),
    least=8,
    # Three of its digits stand behind a letter.
    may_be=lambda _: False,
)
