"""
A token as it was sent, taken apart and nothing believed of it yet.

Stricter than RFC 7515 has to be: one way to write each token (no padding, no
stray bits, no name twice), bounded before it is looked at, and no header that
brings a key along (`jwk`, `jku`, `x5c`, `x5u`) is ever read.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 16 * 1024
"""Entra ID lists up to 200 groups in a token, which makes 11 KB."""
_FORM = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_MEDIA_TYPE = "application/"


class Malformed(ValueError):
    """A text that is no token in the compact form of RFC 7515."""


@dataclass(frozen=True, slots=True)
class SentToken:
    """The parts of a token; `signed` are the bytes that `signature` covers."""

    algorithm: str
    key_id: str | None
    type: str
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes


def looks_like_token(credential: bytes) -> bool:
    """Whether this is a signed token rather than a key: a JSON object begins it, and two dots part it."""
    return credential.startswith(b"ey") and credential.count(b".") == 2


def take_apart(credential: bytes) -> SentToken:
    """Return the parts of a token, or raise `Malformed`."""
    if len(credential) > MOST_BYTES:
        raise Malformed("larger than any token")
    form = _FORM.fullmatch(credential)
    if form is None:
        raise Malformed("not three parts in base64url")
    header, claims = _object(form[1]), _object(form[2])
    if "crit" in header or _is_nested(header.get("cty")):
        raise Malformed("it asks for more than a signature")
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not (key_id is None or isinstance(key_id, str)):
        raise Malformed("its algorithm or key id is no text")
    return SentToken(
        algorithm, key_id, plain_type(header.get("typ")), claims, credential[: form.end(2)], _bytes(form[3])
    )


def plain_type(value: object) -> str:
    """Return a media type as it is compared: small letters, without `application/` (RFC 7515 4.1.9)."""
    return value.lower().removeprefix(_MEDIA_TYPE) if isinstance(value, str) else ""


def _is_nested(content_type: object) -> bool:
    return content_type is not None and plain_type(content_type) != "json"


def _bytes(part: bytes) -> bytes:
    try:
        decoded = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error as error:
        raise Malformed("a part is no base64url") from error
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part:
        raise Malformed("a part has stray bits at its end")
    return decoded


def _object(part: bytes) -> dict[str, Any]:
    try:
        found = json.loads(
            _bytes(part).decode("utf-8"),
            object_pairs_hook=_without_twins,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed("a part is no JSON object") from error
    if not isinstance(found, dict):
        raise Malformed("a part is no JSON object")
    return found


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a name stands twice")
    return found


def _no_number(_text: str) -> float:
    raise Malformed("a number is none")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("a number is beyond all bounds")
    return number
