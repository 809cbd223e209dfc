"""
Put a value of the same form in the place of a value: a phone number for a phone number.

For tasks that need the form, such as writing a validation. All surrogates lie
in ranges that belong to nobody: telephone numbers that begin with 100,
resident IDs of a region 01, cards of an issuer 02, addresses under
`example.invalid`. They come back like placeholders do, but a surrogate that
was lost on the way looks like a real value to its reader.
"""

from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.redaction.action import Action, Mint
from gateway.redaction.finding import Finding
from gateway.redaction.token_shapes import TokenShape


def _digits(digest: bytes, length: int) -> str:
    return str(int.from_bytes(digest, "big") % 10**length).zfill(length)


def _letters(digest: bytes, length: int) -> str:
    return b32encode(digest).decode().lower()[:length]


@dataclass(frozen=True, slots=True)
class _Range:
    shape: TokenShape
    fill: Callable[[bytes, int], str]


_RANGES: Mapping[str, _Range] = {
    "PHONE": _Range(TokenShape("100", "0-9", 8), _digits),
    "CN_RESIDENT_ID": _Range(TokenShape("010000", "0-9", 12), _digits),
    "PAYMENT_CARD": _Range(TokenShape("0200", "0-9", 12), _digits),
    "EMAIL": _Range(TokenShape("person-", "a-z2-7", 8, "@example.invalid"), _letters),
}


def _shape(entity: str) -> TokenShape | None:
    known = _RANGES.get(entity)
    return known.shape if known is not None else None


def _same_form(_original: str, finding: Finding, mint: Mint, attempt: int) -> str:
    known = _RANGES[finding.entity]
    shape = known.shape
    return f"{shape.head}{known.fill(mint.digest(finding, attempt), shape.length)}{shape.tail}"


SURROGATE = Action("surrogate", strength=2, rewrite=_same_form, restores=True, shape=_shape)
