"""
The public keys of one issuer, by the ids it gives them (RFC 7517).

A key is bound to the algorithms its kind can be used with, so that no header
of a token chooses what it is checked by: there is no symmetric algorithm
here, and none called `none`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import InvalidKeyError, PyJWK
from jwt.algorithms import get_default_algorithms
from jwt.exceptions import PyJWKError

AlgorithmName = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
ALGORITHMS: frozenset[str] = frozenset(get_args(AlgorithmName))
MOST_KEYS = 100
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 8192
_LONGEST_ID = 256
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_RSA = tuple(sorted(name for name in ALGORITHMS if name[:2] in ("RS", "PS")))
_MATERIAL = ("kty", "crv", "x", "y", "n", "e")
_VERIFIERS = {name: verifier for name, verifier in get_default_algorithms().items() if name in ALGORITHMS}


class NotAKeySet(ValueError):
    """A document that is no JWK Set."""


class NoUsableKey(NotAKeySet):
    """A JWK Set, but none of its keys is one that we can use."""


class PublicKey:
    """
    One key of an issuer.

    `is_withdrawn` becomes true once the issuer does not show it any more:
    what it has signed is then not believed, whenever that was checked.
    """

    __slots__ = ("_keys", "fingerprint", "is_withdrawn", "key_id")

    def __init__(self, key_id: str | None, fingerprint: str, keys: Mapping[str, Any]) -> None:
        self.key_id = key_id
        self.fingerprint = fingerprint
        self.is_withdrawn = False
        self._keys = keys

    def can(self, algorithm: str) -> bool:
        """Whether this key is for this algorithm."""
        return algorithm in self._keys

    def has_signed(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether the signature over these bytes is this key's, by this algorithm and no other."""
        key = self._keys.get(algorithm)
        return key is not None and bool(_VERIFIERS[algorithm].verify(signed, key, signature))


class KeySet:
    """The keys of one issuer at one time; never changes."""

    __slots__ = ("_by_id", "keys")

    def __init__(self, keys: Iterable[PublicKey] = ()) -> None:
        self.keys = tuple(keys)
        self._by_id: dict[str, list[PublicKey]] = {}
        for key in self.keys:
            if key.key_id is not None:
                self._by_id.setdefault(key.key_id, []).append(key)

    def find(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """Return the one key that a token can mean; without an id, only where there is no choice."""
        candidates = self.keys if key_id is None else self._by_id.get(key_id, ())
        fitting = [key for key in candidates if key.can(algorithm)]
        return fitting[0] if len(fitting) == 1 else None

    def replaced_by(self, newer: "KeySet") -> "KeySet":
        """
        Return the newer set, with the keys that stayed, and withdraw those that did not.

        A key that stayed is the same object, so that whoever remembers it
        need not look again.
        """
        known = {(key.key_id, key.fingerprint): key for key in self.keys}
        kept = [known.pop((key.key_id, key.fingerprint), key) for key in newer.keys]
        for gone in known.values():
            gone.is_withdrawn = True
        return KeySet(kept)


def read_key_set(document: object) -> KeySet:
    """Return the signature keys of a JWK Set; others in it are passed over (RFC 7517 5)."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MOST_KEYS:
        raise NotAKeySet(f"is no JWK Set of up to {MOST_KEYS} keys")
    keys = [key for entry in entries if (key := _key(entry)) is not None]
    if not keys:
        raise NoUsableKey("has no signature key that can be used")
    return KeySet(keys)


def _key(entry: object) -> PublicKey | None:
    if not isinstance(entry, dict) or not _is_for_signatures(entry):
        return None
    key_id = entry.get("kid")
    if not (key_id is None or (isinstance(key_id, str) and len(key_id) <= _LONGEST_ID)):
        return None
    material = {name: entry[name] for name in _MATERIAL if isinstance(entry.get(name), str)}
    try:
        keys = {name: PyJWK({**material}, algorithm=name).key for name in _algorithms(entry)}
    except (PyJWKError, InvalidKeyError, ValueError):
        # What cannot be used is as good as not there; binascii's errors are ValueErrors.
        return None
    if not keys or not all(map(_is_strong, keys.values())):
        return None
    fingerprint = hashlib.sha256(json.dumps([material, sorted(keys)], sort_keys=True).encode()).hexdigest()
    return PublicKey(key_id, fingerprint, keys)


def _is_for_signatures(entry: Mapping[str, Any]) -> bool:
    # A private key in public view is nobody's proof of anything.
    operations = entry.get("key_ops", ["verify"])
    return (
        entry.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in entry
        and "k" not in entry
    )


def _algorithms(entry: Mapping[str, Any]) -> tuple[str, ...]:
    kind, curve, stated = entry.get("kty"), entry.get("crv"), entry.get("alg")
    possible: tuple[str, ...] = ()
    if kind == "RSA":
        possible = _RSA
    elif isinstance(curve, str) and curve in _CURVES and kind == ("OKP" if curve == "Ed25519" else "EC"):
        possible = (_CURVES[curve],)
    return possible if stated is None else tuple(name for name in possible if name == stated)


def _is_strong(key: object) -> bool:
    return not isinstance(key, RSAPublicKey) or _LEAST_RSA_BITS <= key.key_size <= _MOST_RSA_BITS
