"""
API keys: how one is made, read and remembered.

    sk-dsg-<id>-<secret><checksum>        78 characters, digits and a-v
           12   52 (260 bits)  6

The checksum is the low 30 bits of the CRC-32 of all that stands before it:
any single wrong character is seen without asking anyone (a test proves it
for every position and character). Only the SHA-256 of a key is kept; a fast
hash is right here because the secret is random, not chosen by a person.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from gateway.foundation.secret import Secret

PREFIX = "sk-dsg-"
HASH_PREFIX = "sha256:"
FREE_TEXT_MINIMUM = 8

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_ID_LENGTH, _SECRET_LENGTH, _CHECKSUM_LENGTH = 12, 52, 6
_LENGTH = len(PREFIX) + _ID_LENGTH + 1 + _SECRET_LENGTH + _CHECKSUM_LENGTH
_PREFIX_BYTES = PREFIX.encode()
_CHECKSUM_MASK = 0x3FFF_FFFF
_PAIRS = tuple((high + low).encode() for high in _DIGITS for low in _DIGITS)
_FORM = re.compile(
    rf"{PREFIX}([{_DIGITS}]{{{_ID_LENGTH}}})-[{_DIGITS}]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}"
)


class InvalidKey(ValueError):
    """A text that is no API key; the message never quotes it."""


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key: `text` is shown once, `hash` is what is kept."""

    text: Secret
    key_id: str
    hash: str


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """A well-formed key: its public id and the hash to look for."""

    key_id: str
    hash: str


def mint(randomness: Callable[[int], bytes] = secrets.token_bytes, *, key_id: str | None = None) -> MintedKey:
    """Make a key from so many random bytes as are asked for; with an id, a new secret for that key."""
    key_id = key_id or _random_digits(randomness, _ID_LENGTH)
    head = f"{PREFIX}{key_id}-{_random_digits(randomness, _SECRET_LENGTH)}"
    text = head + _checksum(head.encode()).decode()
    return MintedKey(Secret(text), key_id, hash_of(text))


def parse(text: str) -> ParsedKey:
    """Return the parts of a minted key, or raise `InvalidKey`."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise InvalidKey(f"a key looks like {PREFIX}<id>-<secret>, {_LENGTH} characters")
    if is_mistyped(text.encode()):
        raise InvalidKey("the checksum of this key is wrong: a character was mistyped or lost")
    return ParsedKey(form[1], hash_of(text))


def accept_free_text(text: str) -> str:
    """Return the hash of a key that a person chose, or raise `InvalidKey`."""
    key = text.strip()
    if len(key) < FREE_TEXT_MINIMUM or not key.isprintable():
        raise InvalidKey(f"a key needs {FREE_TEXT_MINIMUM} printable characters or more")
    if is_mistyped(key.encode()):
        raise InvalidKey("this looks like a minted key, but its checksum is wrong")
    return hash_of(key)


def has_minted_form(credential: bytes) -> bool:
    """Whether this has the shape of a minted key, right or mistyped."""
    return len(credential) == _LENGTH and credential.startswith(_PREFIX_BYTES)


def is_mistyped(credential: bytes) -> bool:
    """Whether this has the shape of a minted key, but not its checksum."""
    if not has_minted_form(credential):
        return False
    return credential[-_CHECKSUM_LENGTH:] != _checksum(credential[:-_CHECKSUM_LENGTH])


def digest_of(credential: bytes) -> bytes:
    """Return what a keyring knows a credential by."""
    return hashlib.sha256(credential).digest()


def hash_of(text: str) -> str:
    """Return the hash of a key as policy documents write it."""
    return HASH_PREFIX + digest_of(text.encode()).hex()


def _random_digits(randomness: Callable[[int], bytes], count: int) -> str:
    return "".join(_DIGITS[byte & 31] for byte in randomness(count))


def _checksum(head: bytes) -> bytes:
    rest = zlib.crc32(head) & _CHECKSUM_MASK
    return _PAIRS[rest >> 20] + _PAIRS[rest >> 10 & 1023] + _PAIRS[rest & 1023]
