"""Chinese licence plates, those of new-energy vehicles too."""

import re

from gateway.redaction.checks import bare
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape, is_not_ascii

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_LETTER = "[A-HJ-NP-Za-hj-np-z]"
_SIGN = "[A-HJ-NP-Za-hj-np-z0-9]"

PLATE_HEAD = Shape(
    "plate_head",
    re.compile(f"[{_PROVINCES}] ?{_LETTER}"),
    b"(?:" + b"|".join(province.encode() for province in _PROVINCES) + b") ?[A-HJ-NP-Za-hj-np-z]",
    is_possible=is_not_ascii,
)


def _judge(match: re.Match[str]) -> Found | None:
    plate = match[0][0] + bare(match[0][1:]) + (match["kind"] or "")
    if sum(map(str.isdigit, plate)) < 2:
        return None
    return Found(match.start(), match.end(), plate, 0.9)


RECOGNISER = Recogniser(
    name="cn_licence_plate",
    entity="CN_LICENCE_PLATE",
    anchors=(PLATE_HEAD,),
    pattern=re.compile(
        rf"[{_PROVINCES}] ?{_LETTER}(?:[·•.\- ]{{0,2}}{_SIGN}){{4}}"
        rf"(?:(?P<kind>[挂学警港澳领])|(?:[·•.\- ]?{_SIGN}){{1,2}}(?![0-9A-Za-z]))"
    ),
    judge=_judge,
    reach=(0, 20),
)
