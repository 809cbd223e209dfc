"""
The number of a Chinese resident's identity card: 18 characters, or 15 of the first series.

Region, day of birth, sequence and, in the long form, a check character by
MOD 11-2. Own arithmetic: libraries know too few of the regions.
"""

import re
from itertools import cycle

from gateway.redaction.checks import SEP, bare, cues, is_near, is_regular
from gateway.redaction.dates import is_birthday
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER
from gateway.redaction.surroundings import is_continued

# The first two digits: provinces, and since 2018 residents from Hong Kong, Macau and Taiwan.
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_CUES = cues("""
    身份证, 身分证, 身份號, 身份号, 证件, 公民身份, 居民证, 二代证, 户口, 实名, id card, id no,
    id number, identity, identification, ausweis, sfz, idcard, id_card, id:, id：
""")

_HEADING = re.compile("身份证|身份證|身分证|id_?card|idno", re.IGNORECASE)
_HEADING_REACH = 2_000


def check_character(first_seventeen: str) -> str:
    """Return the last character that belongs to the first seventeen digits."""
    total = sum(
        weight * int(digit) for weight, digit in zip(cycle(_WEIGHTS), first_seventeen[:17], strict=False)
    )
    return _CHECK_CHARACTERS[total % 11]


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match["value"])
    if number[:2] not in PROVINCES:
        return None
    start, end = match.span("value")
    if len(number) == 18:
        return _judge_long(match, number, start, end)
    is_row = is_continued(match.string, start, end)
    if is_row or not is_birthday("19" + number[6:12]) or not is_regular(match["value"]):
        return None
    return Found(start, end, number, 0.85 if is_near(match, _CUES) else 0.55)


def _judge_long(match: re.Match[str], number: str, start: int, end: int) -> Found | None:
    if not is_birthday(number[6:14]):
        return None
    if check_character(number) == number[17]:
        return Found(start, end, number, 0.98)
    # A mistyped number is still somebody's, where the text says what it is.
    if is_near(match, _CUES):
        return Found(start, end, number, 0.7)
    # The heading of a table may say it many lines above.
    is_headed = _HEADING.search(match.string, max(0, start - _HEADING_REACH), start)
    return Found(start, end, number, 0.6) if is_headed and match["value"].isalnum() else None


RECOGNISER = Recogniser(
    name="cn_resident_id",
    entity="CN_RESIDENT_ID",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9])(?P<value>[1-9](?:{SEP}[0-9]){{5}}"
        rf"(?:{SEP}(?:1{SEP}[89]|2{SEP}0)(?:{SEP}[0-9]){{9}}{SEP}[0-9Xx](?![0-9])|(?:{SEP}[0-9]){{9}}(?![0-9])))"
    ),
    judge=_judge,
    reach=(0, 3),
    least=15,
    may_be=lambda number: number.digits >= 15,
    is_proof=True,
)
