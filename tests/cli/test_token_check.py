"""An operator is told what a caller is not: why a token is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.cli.token_check import Worthless, check_token
from gateway.foundation.clock import FakeClock
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.tokens.key_set import KeySet, read_key_set
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Trust
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, a_provider, claims_of, key_set_of

_TRUST = Trust(
    tenant="acme",
    audience=frozenset({AUDIENCE}),
    algorithms=frozenset({"RS256"}),
    types=frozenset({"at+jwt"}),
    projects=frozenset({"default"}),
)


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    one = WebClient(trusting_context())
    yield one
    await one.close()


def _believing(keys: KeysAt | KeySet, name: str = ISSUER) -> Issuers:
    return Issuers([Issuer(name, keys, (_TRUST,))])


async def _told(client: WebClient, token: bytes, issuers: Issuers | None = None) -> str:
    """Return what is said of a token, whether it is good or not."""
    issuers = issuers or _believing(read_key_set(key_set_of(Signer())))
    try:
        return await check_token(token, issuers, client, FakeClock())
    except Worthless as error:
        return f"worthless: {error}"


async def test_a_good_token_is_said_to_be_whose_it_is(client: WebClient) -> None:
    """
    And until when.
    """
    told = await _told(client, Signer().sign() + b"\n")

    assert "good until 2027-01-15T09:00:30+00:00, leeway included" == told.splitlines()[0]
    assert (
        "tenant acme, project default, credential shop-app, scopes (none), user user-7"
        == told.splitlines()[1]
    )


@pytest.mark.parametrize("end", [1_800_003_600_000, 253_402_300_800, 10**300])
async def test_an_end_that_is_no_date_is_asked_about(client: WebClient, end: int) -> None:
    """
    Some issuers write milliseconds: such a token is good for fifty thousand years.
    """
    told = await _told(client, Signer().sign(claims_of(exp=end)))

    assert told.startswith("good until after the year 9999 (at second ")
    assert "; is its `exp` in milliseconds?), leeway included\ntenant acme" in told


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (b"sk-not-a-token", "no signed token in the one form that is accepted: not three parts"),
        (Signer().sign(claims_of(iss=ISSUER + "/")), "no tenant believes its issuer"),
        (Signer().sign(claims_of(iss=ISSUER + "/")), f"did you mean '{ISSUER}'?"),
        (Signer("k1", "ES256").sign(), "it is signed with ES256, and `algorithms` of its issuer says RS256"),
        (Signer("k9").sign(), "its issuer has no key 'k9' for RS256; it shows: k1"),
        (Signer(other=True).sign(), "the key 'k1' of its issuer has not signed it"),
        (Signer().sign(claims_of(aud="else")), "invalid_token: The token is for somebody else"),
        (Signer().sign(claims_of(aud="else")), "aud 'else'"),
        (Signer().sign(typ="JWT"), "typ jwt"),
        (Signer().sign(claims_of(exp=1)), "token_expired: "),
    ],
)
async def test_a_bad_token_is_said_to_be_so(client: WebClient, token: bytes, expected: str) -> None:
    """
    With what it says where that helps.
    """
    told = await _told(client, token)

    assert told.startswith("worthless: ")
    assert expected in told
    assert token.rpartition(b".")[2].decode() not in told


async def test_the_issuer_is_asked_for_its_keys(client: WebClient) -> None:
    """
    As the gateway would, and an issuer that does not answer is told.
    """
    async with a_provider() as provider:
        issuers = _believing(KeysAt(provider.issuer, None, 60.0), provider.issuer)
        good = await _told(client, provider.token(), issuers)
        provider.fails = True
        silent = await _told(client, provider.token(), issuers)

    assert "tenant acme" in good
    assert "the keys of its issuer cannot be fetched" in silent


async def test_what_is_shown_is_text(client: WebClient) -> None:
    """
    A claim of any kind can be told.
    """
    claims: dict[str, Any] = claims_of(aud={"a": [1]}, exp="soon")

    assert "aud {'a': [1]}, exp 'soon'" in await _told(client, Signer().sign(claims))
