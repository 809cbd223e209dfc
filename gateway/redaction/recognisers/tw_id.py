"""Identity numbers of Taiwan: a letter for the place and nine digits with a check digit."""

import re

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("身份证, 身分證, 身份證, 台湾, 台灣, 臺灣, 居留證, 居留证, 證件, national id, taiwan")
# What a letter counts as, in the order in which the places were given letters.
_PLACES = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


def is_right(number: str) -> bool:
    """Return whether the check digit fits; the second sign may be a letter for foreign residents."""
    first = _PLACES.index(number[0]) + 10
    second = int(number[1]) if number[1].isdigit() else (_PLACES.index(number[1]) + 10) % 10
    values = [*divmod(first, 10), second, *map(int, number[2:])]
    return not sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True)) % 10


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match[0])
    has_cue = is_near(match, _CUES)
    # In small letters it is mostly a word before a date: "ab 02.01.2027".
    if not (has_cue or match[0][0].isupper()):
        return None
    if is_right(number):
        return Found(match.start(), match.end(), number, 0.92 if has_cue else 0.8)
    return Found(match.start(), match.end(), number, 0.7) if has_cue else None


RECOGNISER = Recogniser(
    name="tw_id",
    entity="TW_ID",
    anchors=(NUMBER,),
    pattern=re.compile(rf"(?<![0-9A-Za-z_-])[A-Za-z]{SEP}[1289A-Da-d](?:{SEP}[0-9]){{8}}(?![0-9A-Za-z_-])"),
    judge=_judge,
    reach=(6, 2),
    least=9,
    may_be=lambda number: number.is_headed,
)
