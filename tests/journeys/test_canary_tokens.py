"""Tokens, of identity providers and of our own, and what those who give them say, stay where they belong."""

import base64
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.simulator.misbehaviour import Misbehaviour
from tests.fakes.house import PolicyFolder
from tests.fakes.identity_provider import AUDIENCE, IdentityProvider, Signer, a_provider, claims_of
from tests.fakes.lying_server import LyingServer, a_lying_server
from tests.journeys.canary import Case, Stage, a_stage, play, search, written
from tests.journeys.canary_codes import FORCED
from tests.journeys.serving import Served, starting

pytestmark = pytest.mark.slow

# The simulator thinks aloud about what it was asked.
_ANSWERED = ("answer", "part")
_ISSUERS = (
    "failing", "moved", "babbling", "huge", "cut", "silent", "stranger", "wandering", "leading", "garbled",
)  # fmt: skip
_ENDPOINTS = ("refusing", "failing", "moved", "babbling", "huge", "cut", "silent", "broken", "typed")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_ROBOT = "the-secret-of-a-robot-{}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A stage, an identity provider that is honest, and a server that is not."""

    stage: Stage
    provider: IdentityProvider
    liar: LyingServer

    def environ(self) -> dict[str, str]:
        """Return the environment of a gateway that believes them all, and shows itself to them."""
        return self.stage.environ(self._change, GATEWAY_REDIS_URL="", CANARY_CLIENT=self._secret)

    @property
    def _secret(self) -> str:
        return self.stage.canaries.plant("secret at an endpoint")

    def _change(self, policies: PolicyFolder) -> None:
        plant, acme = self.stage.canaries.plant, policies.tenants["acme"]
        limit = {"name": "each", "kind": "requests", "limit": 9_999, "window_seconds": 60}
        policies.plan["limits"]["rules"].append(limit | {"per": ["end_user"]})
        honest: dict[str, Any] = {
            "issuer": self.provider.issuer,
            "jwks_url": self.provider.jwks_url,
            "claims": {"project": "team", "scopes": "scp", "user": "email"},
            "scopes": ["chat", "models"],
            "block": {"sub": [plant("blocked", "{}@example.com")]},
        }
        secretive = f"{self.liar.url}/failing/keys?code={plant('code in a URL')}"
        others: list[dict[str, Any]] = [{"issuer": f"{self.liar.url}/{way}"} for way in _ISSUERS]
        others.append({"issuer": f"{self.liar.url}/set", "jwks_url": secretive})
        acme["issuers"] = [one | {"audience": [AUDIENCE]} for one in (honest, *others)]
        for way in (*_ENDPOINTS, "honest"):
            self._add(policies, way, oauth=self._oauth(way))
        crooked = policies.folder.parent / "crooked"
        crooked.write_text(plant("crooked file", "two\nlines {}"))
        self._add(policies, "crooked", credential_file=str(crooked))
        proxy = plant("proxy password", "http://we:{}@127.0.0.1:9")
        self._add(policies, "proxied", transport="httpx2", forward_proxy=proxy)

    def _oauth(self, way: str) -> dict[str, Any]:
        plant = self.stage.canaries.plant
        return {
            "token_url": f"{self.liar.url}/{way}/token?code={plant('code in a URL')}",
            "client_id": plant("our client id"),
            "client_secret": "${CANARY_CLIENT}",
            "scope": plant("our scope"),
            "parameters": {"resource": plant("our resource")},
        }

    def _add(self, policies: PolicyFolder, way: str, **credential: Any) -> None:
        first = {name: value for name, value in policies.upstreams["first"].items() if name != "credential"}
        policies.upstreams[f"by-{way}"] = first | credential
        route = [{"upstream": f"by-{way}", "model": "deepseek-flash"}]
        policies.more_models[f"deepseek-{way}"] = {"route": route, "retries": {"attempts": 1}}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return good claims with a person in each that takes a text."""
        plant, now = self.stage.canaries.plant, int(time.time())
        person = {
            "sub": plant("subject", "{}@example.com"),
            "azp": plant("party", "Anna {} with blanks"),
            "email": plant("email", "anna.{}@example.com"),
            "name": plant("full name"),
            "address": {"street_address": plant("street")},
            "groups": [plant("group")],
            "jti": plant("token id"),
            "scp": "chat models",
            plant("claim name"): 1,
        }
        usual = {"iss": self.provider.issuer, "iat": now - 60, "exp": now + 600, **person}
        return claims_of(**(usual | changes))

    def token(self, signer: Signer | None = None, head: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return a token, which is a secret itself."""
        signed = (signer or self.provider.signers[0]).sign(self.claims(**changes), **(head or {})).decode()
        self.stage.canaries.plant_value(f"signature {signed[-20:]}", signed.rpartition(".")[2])
        return signed

    def ask(self, token: str, **changes: Any) -> bytes:
        """Return a chat of whoever bears this token."""
        return self.stage.ask(self.stage.body(**changes), key=token, **{"Cache-Control": "no-store"})


def bearers(scene: Scene) -> Iterator[Case]:
    """Those whom a provider sends, and those who only say so."""
    plant, now = scene.stage.canaries.plant, int(time.time())
    text = Misbehaviour(text=plant("answer", "It is {}."))
    good = scene.token()
    for stream in (False, True):
        yield Case(None, scene.ask(good, stream=stream), text, own=_ANSWERED)
    yield Case("invalid_token", scene.ask(scene.token(head={"typ": plant("type")})))
    yield Case("invalid_token", scene.ask(scene.token(head={"kid": plant("kid")})))
    # Where it says that its key is, nobody looks.
    elsewhere = scene.token(head={"jku": plant("jku", "http://127.0.0.1:9/{}")})
    yield Case(None, scene.ask(elsewhere), text, own=_ANSWERED)
    yield Case("invalid_token", scene.ask(scene.token(aud=plant("audience"))))
    yield Case("invalid_token", scene.ask(scene.token(iss=plant("issuer", "https://{}.example"))))
    yield Case("invalid_token", scene.ask(scene.token(nbf=now + 600)))
    yield Case("invalid_token", scene.ask(scene.token(exp=plant("end"))))
    yield Case("invalid_token", scene.ask(scene.token(Signer(other=True))))
    yield Case("invalid_token", scene.ask(good[:-6]))
    head, claims, signature = good.split(".")
    for parts in (
        (head, base64.urlsafe_b64encode(plant("no claims").encode()).decode().rstrip("="), signature),
        (_part({"alg": "none", "kid": plant("kid")}), claims, ""),
        (_part({"alg": plant("algorithm")}), claims, signature),
    ):
        yield Case("invalid_token", scene.ask(".".join(parts)))
    yield Case("invalid_credential", scene.ask(f"{_part([plant('list')])}.{claims}.{signature}"))
    yield Case("token_expired", scene.ask(scene.token(exp=now - 600)))
    yield Case("token_unmapped", scene.ask(scene.token(team=plant("team"))))
    yield Case("insufficient_scope", scene.ask(scene.token(scp=plant("scope", "models {}"))))
    yield Case("caller_disabled", scene.ask(scene.token(sub=plant("blocked", "{}@example.com"))))
    for way in (*_ISSUERS, "set"):
        token = scene.token(iss=f"{scene.liar.url}/{way}")
        yield Case("issuer_unavailable", scene.ask(token))


def clients(scene: Scene) -> Iterator[tuple[int, bytes]]:
    """What comes to the token desk, and the status with which it ends."""
    plant = scene.stage.canaries.plant
    secret = plant("client_secret", _ROBOT)
    good = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": secret}
    yield 400, _posted(scene, good | {"scope": plant("wanted scope")})
    yield 400, _posted(scene, good | {"grant_type": plant("grant")})
    yield 401, _posted(scene, good | {"client_id": plant("client id")})
    yield 401, _posted(scene, good | {"client_secret": plant("wrong secret")})
    yield 400, _posted(scene, good | {plant("field"): "1"}, extra="&client_id=twice")
    for place in ("introspect", "revoke"):
        for token in (plant("no token"), scene.token(), plant("three parts", "e30.{}.e30")):
            yield 200, _posted(scene, good | {"token": token}, place)


def _posted(scene: Scene, form: dict[str, str], place: str = "token", extra: str = "") -> bytes:
    body = (urlencode(form) + extra).encode()
    return scene.stage.ask(body, path=f"/oauth2/{place}", key=None, **_FORM)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


async def visit_the_desk(scene: Scene, served: Served) -> None:
    """Get a token of ours, use it, spoil it, have it looked at, and give it back."""
    stage = scene.stage
    for status, request in clients(scene):
        assert status == (await play(stage, served, Case(None, request))).status
    form = {"grant_type": "client_credentials", "client_id": "robot"}
    form["client_secret"] = stage.canaries.plant("client_secret", _ROBOT)
    token = (await play(stage, served, Case(None, _posted(scene, form)))).document["access_token"]
    stage.canaries.plant_value("own token", token.rpartition(".")[2])
    await play(stage, served, Case(None, scene.ask(token), own=_ANSWERED))
    await play(stage, served, Case("invalid_token", scene.ask(token[:-4] + "AAAA")))
    for place in ("introspect", "revoke"):
        await play(stage, served, Case(None, _posted(scene, form | {"token": token}, place)))
    await play(stage, served, Case("invalid_token", scene.ask(token)))


async def show_ourselves(scene: Scene, served: Served) -> None:
    """Let the gateway ask for credentials of its own, which it gets or does not get."""
    stage = scene.stage
    scene.liar.token = stage.canaries.plant("token for an upstream")
    key = scene.token()
    for way in (*_ENDPOINTS, "crooked"):
        case = Case("upstream_credential_unavailable", scene.ask(key, model=f"deepseek-{way}"))
        await play(stage, served, case)
    honest = scene.ask(key, model="deepseek-honest")
    await play(stage, served, Case(None, honest, own=_ANSWERED))
    said = Misbehaviour(status=401, body=stage.canaries.plant("error_body"))
    await play(stage, served, Case("upstream_credential_rejected", honest, said))
    await play(stage, served, Case("upstream_unreachable", scene.ask(key, model="deepseek-proxied")))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(a_stage(tmp_path))
        provider = await stack.enter_async_context(a_provider())
        liar = await stack.enter_async_context(a_lying_server(stage.canaries.plant("lie")))
        yield Scene(stage, provider, liar)


async def test_no_token_and_no_claim_is_written_anywhere(scene: Scene) -> None:
    """
    Nor a secret in the URL of a provider, nor a word of one that fails.
    """
    stage = scene.stage
    async with starting(scene.environ(), stage.folder) as served:
        await served.until_listening()
        for case in bearers(scene):
            await play(stage, served, case)
        await visit_the_desk(scene, served)
        await show_ourselves(scene, served)
        scene.provider.fails = True
        await play(stage, served, Case(None, scene.ask(scene.token(jti="2")), own=_ANSWERED))
        found = await search(stage, served)
        served.signal(signal.SIGTERM)
        await served.ended()
        found["logs"] = stage.canaries.found_in(written(served))
    in_state = set().union(*stage.canaries.found_under(stage.folder / "state").values())

    assert FORCED["test_canary_tokens"] == stage.told
    assert {"agent"} == in_state
    assert {name: set() for name in ("metrics", "headers upstream", "logs")} == found
