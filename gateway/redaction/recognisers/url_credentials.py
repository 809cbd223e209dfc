"""Names and passwords inside addresses: `scheme://name:password@host`."""

import re

from gateway.redaction.recogniser import Found, Recogniser


def _judge(match: re.Match[str]) -> Found | None:
    return Found(*match.span("value"), match["value"], 0.96)


RECOGNISER = Recogniser(
    name="url_credentials",
    entity="SECRET_URL",
    anchors=("://",),
    pattern=re.compile(r"://(?P<value>[^\s/@:\"'<>]{0,128}:[^\s/@\"'<>]{1,256})@"),
    judge=_judge,
    reach=(0, 400),
    is_proof=True,
)
