"""The identifier of a Medicare beneficiary: eleven signs in a fixed order of digits and letters."""

import re

from gateway.redaction.checks import bare
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape

_LETTER = "[AC-HJKMNP-RT-Y]"
_EITHER = "[AC-HJKMNP-RT-Y0-9]"

MBI_HEAD = Shape(
    "mbi_head",
    re.compile(f"[1-9](?<![0-9A-Za-z][0-9]){_LETTER}{_EITHER}[0-9]-?{_LETTER}"),
    rb"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]",
)


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), bare(match[0]), 0.85)


RECOGNISER = Recogniser(
    name="us_mbi",
    entity="MEDICAL_INSURANCE",
    anchors=(MBI_HEAD,),
    pattern=re.compile(
        rf"(?<![0-9A-Za-z])[1-9]{_LETTER}{_EITHER}[0-9]-?{_LETTER}{_EITHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}(?![0-9A-Za-z])"
    ),
    judge=_judge,
    reach=(0, 12),
)
