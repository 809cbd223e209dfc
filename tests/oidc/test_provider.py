"""A real OpenID provider: discovery, keys that roll over, an outage."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from jwt.algorithms import RSAAlgorithm

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import digest_of
from gateway.identity.tokens.key_source import REFETCH_SECONDS, REFRESH_SECONDS, KeyAwaited
from gateway.identity.tokens.refusals import InvalidToken, IssuerUnavailable
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Trust
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.caller import Caller
from tests.fakes.house import PolicyFolder, a_house
from tests.fakes.identity_provider import AUDIENCE, Signer
from tests.fakes.processes import free_port, served

pytestmark = pytest.mark.long

_SERVER = Path(__file__).with_name("provider") / "provider.js"
_OLD, _NEW = Signer("old"), Signer("new", other=True)


class Provider:
    """One provider, which may be started again with other keys; always at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, *signers: Signer) -> Iterator[None]:
        """Serve with these keys until the block ends; the first one signs."""
        keys = self.folder / "keys.json"
        keys.write_text(json.dumps({"keys": [_private_jwk(signer) for signer in signers]}))
        command: list[str | Path] = ["node", _SERVER, str(self.port), keys]
        ready = f"{self.issuer}/.well-known/openid-configuration"
        if not (_SERVER.parent / "node_modules").exists():
            raise AssertionError("the provider is not installed here; run `make test-oidc`")
        with served(command, environment={}, ready_url=ready, folder=self.folder, seconds=30):
            yield

    def token(self, scope: str = "chat") -> bytes:
        """Return an access token for the one client there is."""
        form = {"grant_type": "client_credentials", "scope": scope}
        who = ("shop-app", "the-secret-of-the-shop-app")
        answer = requests.post(f"{self.issuer}/token", data=form, auth=who, timeout=10)
        return str(answer.json()["access_token"]).encode()


class Rig:
    """One verifier that believes the provider, and a clock that starts now."""

    def __init__(self, client: WebClient, issuer: str, grace_seconds: float = 3600.0) -> None:
        self.clock = FakeClock(time.time())
        self.tasks = LastTasks(lambda _: None)
        self.verifier = Verifier(client, self.clock, self.tasks)
        trust = Trust(
            tenant="acme",
            audience=frozenset({AUDIENCE}),
            algorithms=frozenset({"RS256"}),
            types=frozenset({"at+jwt"}),
            projects=frozenset({"default"}),
            leeway_seconds=86_400.0,
        )
        self.issuers = Issuers([Issuer(issuer, KeysAt(issuer, None, grace_seconds), (trust,))])

    async def identify(self, token: bytes) -> Caller:
        """Return whose token this is, waiting for the provider where that may help."""
        try:
            return self._identify(token)
        except KeyAwaited as awaited:
            await awaited.arrival()
        return self._identify(token)

    def _identify(self, token: bytes) -> Caller:
        return self.verifier.identify(digest_of(token), token, self.issuers, self.clock.wall())


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


@pytest.fixture
async def rig(provider: Provider) -> AsyncIterator[Rig]:
    client = WebClient(trusting_context())
    yield Rig(client, provider.issuer)
    await client.close()


def _private_jwk(signer: Signer) -> dict[str, str]:
    made: dict[str, str] = RSAAlgorithm.to_jwk(signer.private, as_dict=True)
    made.pop("key_ops")
    return made | {"kid": signer.key_id, "alg": "RS256", "use": "sig"}


async def test_its_tokens_open_the_gateway(provider: Provider, tmp_path: Path) -> None:
    """
    Nothing but the issuer's name and the audience is configured.
    """

    def change(policies: PolicyFolder) -> None:
        policies.tenants["acme"]["issuers"] = [
            {
                "issuer": provider.issuer,
                "audience": [AUDIENCE],
                "claims": {"scopes": "scope"},
                "scopes": ["chat"],
            }
        ]

    with provider.running(_OLD):
        token = (await asyncio.to_thread(provider.token)).decode()
        async with a_house(tmp_path, change) as house:
            answer = await house.chat(key=token)
            forged = await house.chat(key=token[:-8] + "AAAAAAAA")
            record = await house.record()

    assert [200, 401] == [answer.status, forged.status]
    assert ("acme", "shop-app") == (record["tenant"], record["credential"])


async def test_its_keys_roll_over(provider: Provider, rig: Rig) -> None:
    """
    The new key is known with its first token, the old one counts until it is shown no more.
    """
    with provider.running(_OLD):
        old = await asyncio.to_thread(provider.token)
        assert "acme" == (await rig.identify(old)).tenant
    with provider.running(_NEW, _OLD):
        rig.clock.advance(REFETCH_SECONDS)
        new = await asyncio.to_thread(provider.token)
        assert ["acme", "acme"] == [(await rig.identify(token)).tenant for token in (new, old)]
    with provider.running(_NEW):
        rig.clock.advance(REFRESH_SECONDS)
        await rig.identify(new)
        await rig.tasks.finish(10)
        assert "acme" == (await rig.identify(new)).tenant
        with pytest.raises(InvalidToken):
            await rig.identify(old)


async def test_its_outage_is_outlasted(provider: Provider, rig: Rig) -> None:
    """
    Known keys count for the grace; then nobody is let in until it answers again.
    """
    with provider.running(_OLD):
        token, unseen = [await asyncio.to_thread(provider.token) for _ in range(2)]
        await rig.identify(token)

    rig.clock.advance(REFRESH_SECONDS + 3500)
    assert ["acme", "acme"] == [(await rig.identify(one)).tenant for one in (token, unseen)]
    await rig.tasks.finish(10)
    rig.clock.advance(100)
    with pytest.raises(IssuerUnavailable):
        await rig.identify(token)

    with provider.running(_OLD):
        rig.clock.advance(REFETCH_SECONDS)
        assert "acme" == (await rig.identify(token)).tenant
