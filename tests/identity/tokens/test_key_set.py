"""A published key set holds the keys that may check a signature, and no others."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from gateway.identity.tokens.key_set import (
    ALGORITHMS,
    MOST_KEYS,
    KeySet,
    NotAKeySet,
    PublicKey,
    read_key_set,
)
from gateway.identity.tokens.token import take_apart
from tests.fakes.identity_provider import Signer, key_set_of


def _find(keys: KeySet, key_id: str | None, algorithm: str) -> PublicKey:
    key = keys.find(key_id, algorithm)
    assert key is not None
    return key


def _weak() -> dict[str, Any]:
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is weak is the point
    return RSAAlgorithm.to_jwk(private.public_key(), as_dict=True) | {"kid": "weak"}


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_each_algorithm_checks_its_own_signatures(algorithm: str) -> None:
    """
    A token signed by the key is proved by it, and a changed one is not.
    """
    signer = Signer(algorithm=algorithm)
    token = take_apart(signer.sign())
    key = _find(read_key_set(key_set_of(signer)), "k1", algorithm)

    assert key.has_signed(algorithm, token.signed, token.signature)
    assert not key.has_signed(algorithm, token.signed + b"x", token.signature)
    spoilt = bytes([token.signature[0] ^ 1]) + token.signature[1:]
    assert not key.has_signed(algorithm, token.signed, spoilt)
    assert not key.has_signed(algorithm, token.signed, token.signature[:-1])


def test_a_key_checks_nothing_by_another_algorithm() -> None:
    """
    Not by `none`, not as the secret of an HMAC, not by a sister of its own.
    """
    signer = Signer()
    token = take_apart(signer.sign())
    key = _find(read_key_set(key_set_of(signer)), "k1", "RS256")

    assert [False] * 5 == [
        key.has_signed(name, token.signed, token.signature)
        for name in ("none", "HS256", "RS512", "PS256", "")
    ]


def test_a_key_without_algorithm_is_for_those_of_its_kind() -> None:
    """
    RSA keys of most issuers state none.
    """
    entry = {name: value for name, value in Signer().jwk.items() if name != "alg"}

    keys = read_key_set({"keys": [entry]})

    assert all(keys.find("k1", name) for name in ("RS256", "PS512"))
    assert not any(keys.find("k1", name) for name in ("ES256", "EdDSA", "HS256"))


def test_a_token_without_key_id_has_a_key_only_where_there_is_one() -> None:
    """
    We do not try keys one after the other.
    """
    one, two = Signer("k1"), Signer("k2", other=True)

    assert read_key_set(key_set_of(one)).find(None, "RS256") is not None
    assert read_key_set(key_set_of(one, two)).find(None, "RS256") is None
    assert read_key_set(key_set_of(one, two)).find("k2", "RS256") is not None
    assert read_key_set(key_set_of(one, Signer("k1", other=True))).find("k1", "RS256") is None


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"d": "AQAB"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kid": 7},
        {"kid": "x" * 300},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "ES256"},
        {"n": "AQAB"},
        {"n": "!"},
        {"n": None},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": ["P-256"]},
    ],
)
def test_what_is_no_signature_key_is_passed_over(change: dict[str, Any]) -> None:
    """
    One odd key takes nothing from the others (RFC 7517 5), and a set without any other is none.
    """
    odd = Signer("odd").jwk | change

    keys = read_key_set({"keys": [odd, Signer().jwk, "no object"]})

    assert ["k1"] == [key.key_id for key in keys.keys]
    with pytest.raises(NotAKeySet):
        read_key_set({"keys": [odd]})


def test_a_weak_key_is_none() -> None:
    """
    RSA under 2048 bits proves nothing.
    """
    with pytest.raises(NotAKeySet):
        read_key_set({"keys": [_weak()]})


@pytest.mark.parametrize(
    "document", [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [{}] * (MOST_KEYS + 1)}]
)
def test_what_is_no_key_set_is_refused(document: object) -> None:
    """
    Neither a missing list, nor an empty or an endless one.
    """
    with pytest.raises(NotAKeySet):
        read_key_set(document)


def test_a_newer_set_keeps_what_stayed_and_withdraws_what_left() -> None:
    """
    The same key is the same object, so that what it proved stays proved.
    """
    stays, leaves = Signer("k1"), Signer("k2", other=True)
    old = read_key_set(key_set_of(stays, leaves))

    new = old.replaced_by(read_key_set(key_set_of(stays, Signer("k3", other=True))))

    assert old.find("k1", "RS256") is new.find("k1", "RS256")
    assert [False, True] == [key.is_withdrawn for key in old.keys]
    assert [False, False] == [key.is_withdrawn for key in new.keys]


def test_another_key_under_an_old_id_is_another_key() -> None:
    """
    An id that an issuer gives anew withdraws what it named before.
    """
    old = read_key_set(key_set_of(Signer("k1")))

    new = old.replaced_by(read_key_set(key_set_of(Signer("k1", other=True))))

    assert old.find("k1", "RS256") is not new.find("k1", "RS256")
    assert [True] == [key.is_withdrawn for key in old.keys]
