"""Signed tokens: three parts of base64, the first of which begins `{"`."""

import re

from gateway.redaction.recogniser import Found, Recogniser


def _judge(match: re.Match[str]) -> Found | None:
    return Found(match.start(), match.end(), match[0], 0.97)


RECOGNISER = Recogniser(
    name="jwt",
    entity="SECRET_JWT",
    anchors=("eyj",),
    pattern=re.compile(
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}+\.[A-Za-z0-9_-]{8,4000}+(?:\.[A-Za-z0-9_-]{8,4000}+){0,3}"
    ),
    judge=_judge,
    reach=(0, 8100),
    is_proof=True,
)
