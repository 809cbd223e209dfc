"""Hardware addresses of network cards."""

import re

from gateway.redaction.checks import bare
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape

_PAIR = "[0-9A-Fa-f]{2}"
PAIRS = Shape("pairs", re.compile(f"[:-]{_PAIR}[:-]"), rb"[:-][0-9A-Fa-f]{2}[:-]")
FOURS = Shape("fours", re.compile(r"\.[0-9A-Fa-f]{4}\."), rb"\.[0-9A-Fa-f]{4}\.")


def _judge(match: re.Match[str]) -> Found | None:
    address = bare(match[0])
    if not address.strip("0") or not address.strip("F"):
        return None
    return Found(match.start(), match.end(), address, 0.88)


RECOGNISER = Recogniser(
    name="mac_address",
    entity="MAC_ADDRESS",
    anchors=(PAIRS, FOURS),
    pattern=re.compile(
        rf"(?<![0-9A-Za-z:-]){_PAIR}(?P<parting>[:-])(?:{_PAIR}(?P=parting)){{4}}{_PAIR}(?![0-9A-Za-z]|[:-][0-9A-Fa-f])"
        r"|(?<![0-9A-Za-z.])[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?![0-9A-Za-z]|\.[0-9])"
    ),
    judge=_judge,
    reach=(4, 18),
)
