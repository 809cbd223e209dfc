"""Callers with a token of their own identity provider."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.house import House, PolicyFolder, a_chat, a_house
from tests.fakes.identity_provider import AUDIENCE, IdentityProvider, Signer, a_provider

pytestmark = pytest.mark.slow


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    async with a_provider() as one:
        yield one


@pytest.fixture
async def house(tmp_path: Path, provider: IdentityProvider) -> AsyncIterator[House]:
    def change(policies: PolicyFolder) -> None:
        policies.tenants["acme"] |= {
            "projects": {"shop": {}},
            "issuers": [
                {
                    "issuer": provider.issuer,
                    "audience": [AUDIENCE],
                    "claims": {"project": "team"},
                }
            ],
        }

    async with a_house(tmp_path, change) as opened:
        yield opened


def _token(provider: IdentityProvider, **claims: Any) -> str:
    now = int(time.time())
    return provider.token(**({"iat": now, "exp": now + 600} | claims)).decode()


async def test_a_token_is_all_a_caller_needs(house: House, provider: IdentityProvider) -> None:
    """
    The provider is asked once, and records name tenant, project and client.
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
    house: House, provider: IdentityProvider
) -> None:
    """
    503 with a time to come back while no key is known; afterwards an outage is not noticed.
    """
    provider.fails = True
    refused = await house.chat(key=_token(provider))

    assert (503, "issuer_unavailable") == (refused.status, refused.error["code"])
    assert 1 <= int(refused.headers["retry-after"]) <= 30


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
    house: House, provider: IdentityProvider
) -> None:
    """
    Nothing of it stays, and the next one is served.
    """
    async with await house.call() as caller:
        caller.say(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n")
        caller.say(b"authorization: Bearer " + _token(provider).encode() + b"\r\n\r\n{}")
    await house.until_empty()

    assert 200 == (await house.ask(a_chat(), key=_token(provider))).status
