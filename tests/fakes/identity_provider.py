"""An identity provider whose every key, token and failure the test decides."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.fakes.scripted_server import Peer, serving, whole

ISSUER = "https://login.acme.test/v2"
AUDIENCE = "api://gateway"
NOW = 1_800_000_000.0
_RSA = rsa.generate_private_key(65537, 2048)
_OTHER_RSA = rsa.generate_private_key(65537, 2048)


class Signer:
    """One signing key, its public half, and the tokens it signs."""

    def __init__(self, key_id: str = "k1", algorithm: str = "RS256", *, other: bool = False) -> None:
        self.key_id = key_id
        self.algorithm = algorithm
        self.private: Any = _private(algorithm, other=other)

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half, as it is published."""
        public = self.private.public_key()
        made: dict[str, Any]
        if self.algorithm == "EdDSA":
            made = OKPAlgorithm.to_jwk(public, as_dict=True)
        elif self.algorithm.startswith("ES"):
            made = ECAlgorithm.to_jwk(public, as_dict=True)
        else:
            made = RSAAlgorithm.to_jwk(public, as_dict=True)
        return made | {"kid": self.key_id, "alg": self.algorithm, "use": "sig"}

    def sign(self, claims: Mapping[str, Any] | None = None, **header: Any) -> bytes:
        """Return a token with these claims and header fields; None leaves a field out."""
        head = {"kid": self.key_id, "typ": "at+jwt"} | header
        fields = {name: value for name, value in head.items() if value is not None or name == "typ"}
        return jwt.encode(
            dict(claims if claims is not None else claims_of()),
            self.private,
            algorithm=self.algorithm,
            headers=fields,
        ).encode()


def claims_of(**changes: Any) -> dict[str, Any]:
    """The claims of a good token; None leaves one out."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-7",
        "azp": "shop-app",
        "iat": NOW - 60,
        "exp": NOW + 3600,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def key_set_of(*signers: Signer) -> dict[str, Any]:
    """Return the published keys of these signers."""
    return {"keys": [signer.jwk for signer in signers]}


class IdentityProvider:
    """
    A web server with a discovery document and keys.

    `fails` lets it answer 503; while `quick` is not set it keeps everybody waiting.
    """

    def __init__(self, *signers: Signer) -> None:
        self.signers = list(signers or (Signer(),))
        self.fails = False
        self.quick = asyncio.Event()
        self.quick.set()
        self.port = 0
        self.asked: list[str] = []

    @property
    def issuer(self) -> str:
        """Its name, which is where it is."""
        return f"http://127.0.0.1:{self.port}/realm"

    @property
    def jwks_url(self) -> str:
        """Where its keys are."""
        return f"{self.issuer}/keys?v=1"

    def token(self, **changes: Any) -> bytes:
        """Return a token of its first signer."""
        return self.signers[0].sign(claims_of(iss=self.issuer, **changes))

    async def serve(self, peer: Peer) -> None:
        """Answer one connection."""
        while request := await peer.request():
            path = request.split(b" ")[1].decode()
            self.asked.append(path)
            await self.quick.wait()
            await peer.send(self._answer(path))

    def _answer(self, path: str) -> bytes:
        if self.fails:
            return whole(b"down", status=503)
        if path == "/realm/.well-known/openid-configuration":
            return whole(json.dumps({"issuer": self.issuer, "jwks_uri": self.jwks_url}).encode())
        if path == "/realm/keys?v=1":
            return whole(json.dumps(key_set_of(*self.signers)).encode())
        return whole(b"{}", status=404)


@asynccontextmanager
async def a_provider(*signers: Signer) -> AsyncIterator[IdentityProvider]:
    """Lend a provider on loopback."""
    provider = IdentityProvider(*signers)
    async with serving(provider.serve) as server:
        provider.port = server.port
        yield provider


def _private(algorithm: str, *, other: bool) -> Any:
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm])
    # Made once: an RSA key takes as long as a whole file of tests.
    return _OTHER_RSA if other else _RSA
