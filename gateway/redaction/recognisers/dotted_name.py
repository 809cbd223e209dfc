"""Names of two or more parts with a dot between them, as minorities and foreigners are written in Chinese."""

import re

from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape, is_not_ascii

_PART = "[\u4e00-\u9fff]{1,7}"
# Other dots are folded into this one.
_DOTS = "·"
# Words that a name is often glued to on its left.
_LEADING = re.compile(
    r"^(?:.{0,5}(?:客户|患者|病人|先生|女士|叫|是|为|联系人|收件人|姓名|和|与|给|找|由|请|的|在|对|向|医生|老师|经理))"
)
_TRAILING = re.compile(r"(?:先生|女士|小姐|说|表示|来电|的|是|在|和|与|已|于).*$")

DOT_BETWEEN_SIGNS = Shape(
    "dot_between_signs",
    re.compile("·(?<=[\u4e00-\u9fff]·)(?=[\u4e00-\u9fff])"),
    rb"[\x80-\xbf]\xc2\xb7[\xe4-\xe9]",
    has_left_bound=True,
    is_possible=is_not_ascii,
)


def _judge(match: re.Match[str]) -> Found | None:
    start, end = match.span()
    if leading := _LEADING.match(match["first"]):
        start += leading.end()
    if trailing := _TRAILING.search(match["last"]):
        end = match.start("last") + trailing.start()
    first, last = match.string[start : match.end("first")], match.string[match.start("last") : end]
    if len(first) < 2 or len(last) < 2:
        return None
    return Found(start, end, match.string[start:end], 0.91)


RECOGNISER = Recogniser(
    name="dotted_name",
    entity="PERSON",
    anchors=(DOT_BETWEEN_SIGNS,),
    pattern=re.compile(rf"(?P<first>{_PART})(?:[{_DOTS}]{_PART}){{0,3}}[{_DOTS}](?P<last>{_PART})"),
    judge=_judge,
    reach=(16, 16),
)
