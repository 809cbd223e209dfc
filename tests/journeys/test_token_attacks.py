"""Every known way to get in with a token that proves nothing ends before the same wall."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from tests.fakes.house import CHAT, House, PolicyFolder, a_chat, a_house, a_request
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, claims_of, key_set_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

_OTHER = "https://login.other.test"
_SIGNER, _OTHER_SIGNER = Signer("k1"), Signer("k2", other=True)
_CURVE = Signer("e1", "ES256")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    def change(policies: PolicyFolder) -> None:
        mine = {"issuer": ISSUER, "audience": [AUDIENCE], "algorithms": ["RS256", "ES256"]}
        theirs = {"issuer": _OTHER, "audience": [AUDIENCE]}
        policies.tenants["acme"]["issuers"] = [mine | {"jwks": key_set_of(_SIGNER, _CURVE)}]
        policies.tenants["at-home"]["issuers"] = [theirs | {"jwks": key_set_of(_OTHER_SIGNER)}]

    async with a_house(tmp_path_factory.mktemp("attacks"), change) as opened:
        yield opened


def _claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return claims_of(**({"iat": now - 60, "exp": now + 86_400} | changes))


def _part(value: object) -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def _forged(header: object, claims: object, sign: Callable[[bytes], bytes] = lambda _: b"x") -> bytes:
    signed = _part(header) + b"." + _part(claims)
    return signed + b"." + _part(sign(signed))


def _hmac_with(key: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: hmac.digest(key, signed, hashlib.sha256)


def _rs256(header: dict[str, Any], claims: object | None = None, signer: Signer = _SIGNER) -> bytes:
    """Return a token that is signed rightly, whatever is in it."""
    algorithm = RSAAlgorithm(RSAAlgorithm.SHA256)
    good = {"alg": "RS256", "kid": signer.key_id, "typ": "at+jwt"} | header
    head = {name: value for name, value in good.items() if value is not None}
    return _forged(
        head, _claims() if claims is None else claims, lambda signed: algorithm.sign(signed, signer.private)
    )


def _public_pem() -> bytes:
    public: bytes = _SIGNER.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public


def _evil() -> Signer:
    return Signer("evil", other=True)


_HS = {"alg": "HS256", "kid": "k1", "typ": "at+jwt"}
_GOOD = _rs256({})

ATTACKS: dict[str, Callable[[], bytes]] = {
    "none": lambda: _forged({"alg": "none", "typ": "at+jwt"}, _claims()),
    "None": lambda: _forged({"alg": "None", "kid": "k1", "typ": "at+jwt"}, _claims()),
    "none without a signature": lambda: _forged({"alg": "none"}, _claims()).rpartition(b".")[0] + b".",
    "public key as HMAC secret, PEM": lambda: _forged(_HS, _claims(), _hmac_with(_public_pem())),
    "public key as HMAC secret, JWK": lambda: _forged(
        _HS, _claims(), _hmac_with(json.dumps(_SIGNER.jwk).encode())
    ),
    "public key as HMAC secret, modulus": lambda: _forged(
        _HS, _claims(), _hmac_with(_SIGNER.jwk["n"].encode())
    ),
    "HMAC with nothing": lambda: _forged(_HS, _claims(), _hmac_with(b"")),
    "another algorithm of the same key": lambda: _rs256({"alg": "PS256"}),
    "an algorithm that is not pinned": lambda: _rs256({"alg": "RS512"}),
    "an elliptic key for RSA": lambda: _rs256({"kid": "e1"}),
    "an RSA key for a curve": lambda: _rs256({"alg": "ES256"}),
    "the zero signature of a curve": lambda: _forged(
        {"alg": "ES256", "kid": "e1", "typ": "at+jwt"}, _claims(), lambda _: bytes(64)
    ),
    "the empty signature": lambda: _GOOD.rpartition(b".")[0] + b".",
    "a signature cut short": lambda: _GOOD[:-4],
    "kid: a path": lambda: _rs256({"kid": "../../../../dev/null"}),
    "kid: a URL": lambda: _rs256({"kid": "https://evil.test/jwks.json"}),
    "kid: SQL": lambda: _rs256({"kid": "k1' UNION SELECT 'secret"}),
    "kid: a null byte": lambda: _rs256({"kid": "k1\x00"}),
    "kid: huge": lambda: _rs256({"kid": "k" * 5000}),
    "kid: a number": lambda: _rs256({"kid": 1}),
    "kid: a list": lambda: _rs256({"kid": ["k1"]}),
    "kid: nobody's": lambda: _rs256({"kid": "k9"}),
    "no kid, several keys": lambda: _rs256({"kid": None}, signer=_evil()),
    "jwk brought along": lambda: _rs256({"kid": "evil", "jwk": _evil().jwk}, signer=_evil()),
    "jwk under a known kid": lambda: _rs256({"kid": "k1", "jwk": _evil().jwk}, signer=_evil()),
    "jku brought along": lambda: _rs256({"kid": "evil", "jku": "http://127.0.0.1:9/k"}, signer=_evil()),
    "x5u brought along": lambda: _rs256({"kid": "evil", "x5u": "http://127.0.0.1:9/k"}, signer=_evil()),
    "x5c brought along": lambda: _rs256({"kid": "evil", "x5c": ["MIIB"]}, signer=_evil()),
    "expired": lambda: _rs256({}, _claims(exp=int(time.time()) - 60)),
    "endless": lambda: _rs256({}, _claims(exp=None)),
    "not yet valid": lambda: _rs256({}, _claims(nbf=int(time.time()) + 600)),
    "issued in the future": lambda: _rs256({}, _claims(iat=int(time.time()) + 600)),
    "exp is a text": lambda: _rs256({}, _claims(exp="2999-01-01")),
    "for another audience": lambda: _rs256({}, _claims(aud="api://else")),
    "for no audience": lambda: _rs256({}, _claims(aud=None)),
    "of another issuer": lambda: _rs256({}, _claims(iss="https://evil.test")),
    "of no issuer": lambda: _rs256({}, _claims(iss=None)),
    "of a list of issuers": lambda: _rs256({}, _claims(iss=[ISSUER, "https://evil.test"])),
    "issuer with a slash more": lambda: _rs256({}, _claims(iss=ISSUER + "/")),
    "issuer with a null byte": lambda: _rs256({}, _claims(iss=ISSUER + "\x00.evil.test")),
    "an id token": lambda: _rs256({"typ": "JWT"}),
    "no type": lambda: _rs256({"typ": None}),
    "issuer A by the key of B": lambda: _rs256({}, signer=_OTHER_SIGNER),
    "issuer A by the key of B under A's kid": lambda: _rs256({"kid": "k1"}, signer=_OTHER_SIGNER),
    "issuer B by the key of A": lambda: _rs256({}, _claims(iss=_OTHER)),
    "oversized": lambda: _rs256({}, _claims(padding="x" * 13_000)),
    "twice in the header": lambda: _forged(b'{"alg":"RS256","alg":"none","kid":"k1"}', _claims()),
    "twice in the claims": lambda: _rs256(
        {}, json.dumps(_claims()).encode()[:-1] + b',"aud":"api://gateway"}'
    ),
    "a critical extension": lambda: _rs256({"crit": ["exp"]}),
    "an unencoded payload": lambda: _rs256({"b64": False, "crit": ["b64"]}),
    "a token in a token": lambda: _rs256({"cty": "JWT"}, _GOOD),
    "a token as claims": lambda: _rs256({}, _GOOD),
    "stray bits behind the signature": lambda: _GOOD[:-1] + bytes([_GOOD[-1] + 1]),
    "padding": lambda: _GOOD + b"=",
    "plain base64": lambda: _GOOD[:40] + b"+" + _GOOD[41:],
    "another claim": lambda: b".".join(
        [_GOOD.split(b".")[0], _part(_claims(sub="admin")), _GOOD.split(b".")[2]]
    ),
    "another header": lambda: b".".join([_part({"alg": "RS256", "kid": "k1"}), *_GOOD.split(b".")[1:]]),
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
async def test_a_forged_token_is_refused(house: House, name: str) -> None:
    """
    401 with a stable code and the challenge of RFC 6750, and nothing reaches the model.
    """
    house.begin_anew()

    answer = await house.ask(a_chat(), key=ATTACKS[name]().decode())

    code = "token_expired" if name == "expired" else "invalid_token"
    assert (401, code) == (answer.status, answer.error["code"])
    assert 'Bearer error="invalid_token"' == answer.headers["www-authenticate"]
    assert [] == house.simulator.records


async def test_the_tokens_they_were_forged_from_are_good(house: House) -> None:
    """
    What is attacked above works where it is not attacked.
    """
    house.begin_anew()
    curve = _CURVE.sign(_claims())
    theirs = _rs256({}, _claims(iss=_OTHER), signer=_OTHER_SIGNER)

    statuses = [(await house.ask(a_chat(), key=token.decode())).status for token in (_GOOD, curve)]
    refused = await house.ask(a_chat(), key=theirs.decode())

    assert [200, 200] == statuses
    # The other tenant has to stay on the premises, which no server here is.
    assert "residency_unavailable" == refused.error["code"]


async def test_a_token_beside_a_key_is_a_conflict(house: House) -> None:
    """
    Two credentials are two callers, whatever kinds they are of.
    """
    answer = await house.ask(a_chat(), key=_GOOD.decode(), x_api_key="the-key-of-acme-for-tests")

    assert (400, "conflicting_credentials") == (answer.status, answer.error["code"])


async def test_a_token_is_a_credential_wherever_one_is_sent(house: House) -> None:
    """
    SDKs that put their key into another field can put a token there.
    """
    answer = await house.ask_raw(a_request(a_chat(), path=CHAT, key=None, x_api_key=_GOOD.decode()))

    assert 200 == answer.status
