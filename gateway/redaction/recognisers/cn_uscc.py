"""The unified social credit code of a Chinese organisation: 18 characters with a check character."""

import re

from stdnum.cn import uscc

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("信用代码, 税号, 纳税人识别号, 机构代码, 营业执照, 统一代码, uscc, credit code, tax id, tax no")
# In groups, or sign by sign; what lies between is a row of other numbers.
_MOST_SEPARATORS = 6
_SIGN = "[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]"


def _judge(match: re.Match[str]) -> Found | None:
    code = bare(match[0])
    if len(code) + _MOST_SEPARATORS < len(match[0]) < 2 * len(code) - 1:
        return None
    if not match[0].isalnum() and match[0] != match[0].upper():
        return None
    if uscc.is_valid(code):
        return Found(match.start(), match.end(), code, 0.93)
    return Found(match.start(), match.end(), code, 0.7) if is_near(match, _CUES) else None


RECOGNISER = Recogniser(
    name="cn_uscc",
    entity="CN_USCC",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9A-Za-z])[159YNAyna]{SEP}{_SIGN}(?:{SEP}[0-9]){{6}}(?:{SEP}{_SIGN}){{10}}(?![0-9A-Za-z])"
    ),
    judge=_judge,
    reach=(6, 24),
    least=6,
    # Of eighteen signs, the last two may be letters of any writing: then they are looked for.
    may_be=lambda number: number.digits >= 16 or number.is_headed or number.is_tailed,
    is_proof=True,
)
