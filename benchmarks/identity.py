"""What it costs to say who is calling, measured in this process: a credential in, a caller out."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from benchmarks.measures import Finding, Row, Scale
from benchmarks.stage import Stage
from gateway.foundation.clock import SystemClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import digest_of, mint
from gateway.identity.authenticator import Authenticator
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.tokens.key_set import read_key_set
from gateway.identity.tokens.trust import Issuer, Issuers, Trust
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.arrival import Arrival
from gateway.vocabulary.caller import Caller

KEY_GOAL = 3.0
TOKEN_GOAL = 6.0
_ISSUER = "https://login.example/realms/main"
_AUDIENCE = "https://gateway.example"
_UNSEEN = 500


@dataclass(frozen=True, slots=True)
class _Signing:
    """One private key, and what an issuer shows of it."""

    algorithm: str
    private: Any
    public: dict[str, Any]

    def token(self, number: int) -> bytes:
        """Return a token as large as those of the usual identity providers."""
        now = int(time.time())
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": f"subject-{number:032d}",
            "azp": "an-application",
            "iat": now,
            "exp": now + 3600,
            "jti": f"{number:032d}",
            "scope": "openid chat models",
            "realm_access": {"roles": ["default", "user", "chat", "models"]},
        }
        headers = {"kid": self.algorithm, "typ": "at+jwt"}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers).encode()


def measure_identity(_stage: Stage, scale: Scale) -> Finding:
    """Price a key, a token that was seen before, and one that was not."""
    return asyncio.run(_measure(scale))


async def _measure(scale: Scale) -> Finding:
    client = WebClient(trusting_context())
    key = mint().text.reveal().encode()
    signings = (_edwards(), _rsa())
    keyring = _keyring(key, signings)
    verifier = Verifier(client, SystemClock(), LastTasks(lambda _: None))
    authenticator = Authenticator(verifier)
    now = time.time()

    def identify(arrival: Arrival) -> Caller:
        return authenticator.identify(arrival, keyring, now)

    costs: dict[str, list[float]] = {}
    for _ in range(scale.rounds):
        for name, credential in (("key", key), *((one.algorithm, one.token(0)) for one in signings)):
            arrival = _arrival(credential)
            identify(arrival)
            costs.setdefault(name, []).append(_micros(lambda: identify(arrival), scale.requests))  # noqa: B023
    for one in signings:
        unseen = iter([_arrival(one.token(number)) for number in range(1, _UNSEEN + 1)])
        costs[f"{one.algorithm} unseen"] = [_micros(lambda: identify(next(unseen)), _UNSEEN)]  # noqa: B023
    await client.close()
    figures = {name: statistics.median(found) for name, found in costs.items()}
    rows = [
        Row("identity", "a known API key", figures["key"], "us", KEY_GOAL),
        *(
            Row(
                "identity", f"a token seen before ({one.algorithm})", figures[one.algorithm], "us", TOKEN_GOAL
            )
            for one in signings
        ),
        *(
            Row("identity", f"a token never seen ({one.algorithm})", figures[f"{one.algorithm} unseen"], "us")
            for one in signings
        ),
    ]
    return Finding(rows, {"micros_of_rounds": costs})


def _micros(act: Callable[[], object], times: int) -> float:
    began = time.process_time_ns()
    for _ in range(times):
        act()
    return (time.process_time_ns() - began) / times / 1000


def _arrival(credential: bytes) -> Arrival:
    headers = {b"host": b"gateway", b"authorization": b"Bearer " + credential}
    return Arrival("req_1", "POST", "/v1/chat/completions", b"", headers, "127.0.0.1", 0.0)


def _keyring(key: bytes, signings: tuple[_Signing, ...]) -> Keyring:
    trust = Trust(
        tenant="acme",
        audience=frozenset({_AUDIENCE}),
        algorithms=frozenset(one.algorithm for one in signings),
        types=frozenset({"at+jwt"}),
        projects=frozenset({"default"}),
        scopes_claim="scope",
        scopes=frozenset({"chat", "models"}),
    )
    published = read_key_set({"keys": [one.public for one in signings]})
    issuers = Issuers([Issuer(_ISSUER, published, (trust,))])
    record = KeyRecord(digest_of(key), Caller("acme", "default", "key", "api_key"))
    return Keyring([record], issuers, {"acme": {"default": ()}})


def _edwards() -> _Signing:
    private = ed25519.Ed25519PrivateKey.generate()
    public: dict[str, Any] = OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return _Signing("EdDSA", private, public | {"kid": "EdDSA"})


def _rsa() -> _Signing:
    private = rsa.generate_private_key(65537, 2048)
    public: dict[str, Any] = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return _Signing("RS256", private, {"kid": "RS256", **{name: public[name] for name in ("kty", "n", "e")}})
