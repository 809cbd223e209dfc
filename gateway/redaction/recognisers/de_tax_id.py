"""German tax numbers: the identification number with its check digit, and the older one of the tax office."""

import re

from stdnum.de import idnr

from gateway.redaction.checks import SEP, bare, cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import NUMBER

_CUES = cues("steuer, idnr, id-nr, tin, tax, 税号")
_AS_PRINTED = re.compile(r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}")


def _judge(match: re.Match[str]) -> Found | None:
    number = bare(match[0])
    if is_near(match, _CUES, before=32):
        return Found(match.start(), match.end(), number, 0.9)
    if _AS_PRINTED.fullmatch(match[0]) and idnr.is_valid(number):
        return Found(match.start(), match.end(), number, 0.8)
    return None


RECOGNISER = Recogniser(
    name="de_tax_id",
    entity="DE_TAX_ID",
    anchors=(NUMBER,),
    pattern=re.compile(
        rf"(?<![0-9])(?:[1-9](?:{SEP}[0-9]){{10}}|[0-9]{{2,3}}[ /][0-9]{{3,4}}[ /][0-9]{{4,5}})(?![0-9])"
    ),
    judge=_judge,
    reach=(0, 0),
    least=10,
    may_be=lambda number: number.may_have(11) or (number.digits >= 9 and not number.is_bare),
)
