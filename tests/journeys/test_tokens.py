"""Callers with a token of their own identity provider."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import House, PolicyFolder, a_chat, a_house, a_request, until
from tests.fakes.identity_provider import AUDIENCE, IdentityProvider, Signer, a_provider

pytestmark = pytest.mark.slow


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    async with a_provider() as one:
        yield one


@pytest.fixture
async def house(tmp_path: Path, provider: IdentityProvider) -> AsyncIterator[House]:
    async with a_house(tmp_path, _believing(provider)) as opened:
        yield opened


def _believing(provider: IdentityProvider) -> Callable[[PolicyFolder], None]:
    """Let acme believe this provider."""

    def change(policies: PolicyFolder) -> None:
        policies.tenants["acme"] |= {
            "projects": {"shop": {}},
            "issuers": [{"issuer": provider.issuer, "audience": [AUDIENCE], "claims": {"project": "team"}}],
        }

    return change


def _token(provider: IdentityProvider, **claims: Any) -> str:
    now = int(time.time())
    return provider.token(**({"iat": now, "exp": now + 600} | claims)).decode()


async def test_a_token_is_all_a_caller_needs(house: House, provider: IdentityProvider) -> None:
    """
    The provider is asked once, before anybody came, and records name tenant, project and client.
    """
    token = _token(provider, team="shop")

    answers = [await house.chat(key=token) for _ in range(3)]
    models = await house.get("/v1/models", key=token)

    assert [200] * 3 + [200] == [answer.status for answer in [*answers, models]]
    assert 2 == len(provider.asked)
    record = await house.record(2)
    assert ("acme", "shop", "shop-app") == (record["tenant"], record["project"], record["credential"])


async def test_a_first_question_may_be_for_the_models(house: House, provider: IdentityProvider) -> None:
    """
    Also there the provider is asked first.
    """
    assert 200 == (await house.get("/v1/models", key=_token(provider))).status


async def test_a_provider_that_is_down_is_nobodys_fault_here(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    """
    503 with a time to come back while no key is known; the operator heard of it at the start.
    """
    provider.fails = True
    async with a_house(tmp_path, _believing(provider)) as house:
        refused = await house.chat(key=_token(provider))
        metrics = await house.metrics()

    assert (503, "issuer_unavailable") == (refused.status, refused.error["code"])
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert 1 == metrics['gateway_notices_total{kind="issuer.unavailable"}']


async def test_a_known_key_does_not_need_its_provider(house: House, provider: IdentityProvider) -> None:
    """
    New tokens of it are checked while the provider is away; what a stranger signed is refused at once.
    """
    assert 200 == (await house.chat(key=_token(provider))).status

    provider.fails = True
    assert 200 == (await house.chat(key=_token(provider, jti="2"))).status
    provider.signers.insert(0, Signer("k2", other=True))
    assert 401 == (await house.chat(key=_token(provider))).status
    assert 2 == len(provider.asked)


async def test_a_caller_who_leaves_while_the_provider_is_asked_is_gone(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    """
    Nothing of it stays, and whoever waits with it is served.
    """
    provider.quick.clear()
    async with a_house(tmp_path, _believing(provider)) as house:
        waiting = asyncio.ensure_future(house.chat(key=_token(provider)))
        async with await house.call() as caller:
            caller.say(a_request(a_chat(), key=_token(provider, jti="leaver")))
            await until(lambda: house.in_flight == 2)
        await until(lambda: house.in_flight == 1)
        provider.quick.set()
        answer = await waiting

    assert 200 == answer.status
