"""Private keys in their armour, the end of which may be missing."""

import re

from gateway.redaction.recogniser import Found, Recogniser


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), match[0], 0.99)


RECOGNISER = Recogniser(
    name="private_key",
    entity="SECRET_PRIVATE_KEY",
    anchors=("-----begin",),
    pattern=re.compile(
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){16,8000}+"
        r"(?:-----END [A-Z0-9 ]{0,60}-----)?",
        re.IGNORECASE,
    ),
    judge=_judge,
    reach=(0, 8200),
    is_proof=True,
)
