"""Addresses of machines on the internet, but for those that every machine has."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from gateway.redaction.checks import cues, is_near
from gateway.redaction.recogniser import Found, Recogniser
from gateway.redaction.shapes import Shape

DOTTED = Shape(
    "dotted",
    re.compile(r"[0-9](?<![0-9.][0-9])[0-9]{0,2}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"),
    rb"(?:^|[^0-9.])[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
    has_left_bound=True,
)
COLONS = Shape("colons", re.compile(r":[0-9A-Fa-f]{0,4}:"), rb":[0-9A-Fa-f]{0,4}:")

_VERSION = cues(
    "version, versions, 版本, ver, v, release, build, chapter, section, clause, 章节, oid, §, identifier"
)


def _judge(match: re.Match[str]) -> Found | None:
    written = match[0]
    if "." in written and ":" not in written:
        return _judge_four(match, written)
    return _judge_six(match, written)


def _judge_four(match: re.Match[str], written: str) -> Found | None:
    try:
        address = IPv4Address(written)
    except AddressValueError:
        return None
    if (
        address.is_loopback
        or address.is_unspecified
        or written.startswith(("255.", "0."))
        or address.is_multicast
    ):
        return None
    if is_near(match, _VERSION, before=18):
        return None
    return Found(match.start(), match.end(), written, 0.85)


def _judge_six(match: re.Match[str], written: str) -> Found | None:
    if not any(map(str.isdigit, written)) or len(written) < 6:
        return None
    try:
        address = IPv6Address(written)
    except AddressValueError:
        return None
    if address.is_loopback or address.is_unspecified:
        return None
    return Found(match.start(), match.end(), address.compressed, 0.85)


RECOGNISER = Recogniser(
    name="ip_address",
    entity="IP_ADDRESS",
    anchors=(DOTTED, COLONS),
    pattern=re.compile(
        r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4})(?![0-9A-Za-z:])"
        r"|(?<![0-9A-Za-z.-])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z-]|\.[0-9])"
    ),
    judge=_judge,
    reach=(6, 46),
)
