"""Names in capital letters, as forms, tickets and reports print them, behind a label."""

import re

from gateway.redaction.checks import words
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.western_names import NO_NAME_WORDS

_LABEL = (
    r"(?i:(?:(?:full|first|last|patient|customer|guest|passenger|account|insured|legal|sur|family)[ _-]?)?"
    r"(?:name|card[ ]?holder|holder)s?|passenger|patient|insured|payee|beneficiary|attn|姓名|乘客|持卡人)"
)
_BETWEEN = r"[\"']?[ \t]{0,3}[:：=|][ \t]{0,3}[\"']?(?:(?:MR|MRS|MS|DR)\.?[ ])?"
_NAME = r"[A-Z][A-Z'-]{1,24}(?:(?:,[ ]?|[ ]|/)[A-Z][A-Z'-]{1,24}){1,3}(?:[ ][A-Z]\.?)?(?![A-Za-z])"


def _judge(match: re.Match[str]) -> Found | None:
    name = match["name"]
    if any(word.lower() in NO_NAME_WORDS for word in re.split(r"[ ,/]+", name)):
        return None
    return Found(*match.span("name"), name.replace(", ", ",").replace("/", ","), 0.84)


RECOGNISER = Recogniser(
    name="capital_name",
    entity="PERSON",
    anchors=words("name, holder, passenger, patient, insured, payee, beneficiary, attn, 姓名, 乘客, 持卡人"),
    pattern=re.compile(rf"(?<![A-Za-z]){_LABEL}{_BETWEEN}(?P<name>{_NAME})"),
    judge=_judge,
    reach=(12, 110),
)
