"""A token is checked once and then remembered, as long as nothing speaks against it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import digest_of
from gateway.identity.tokens.key_set import read_key_set
from gateway.identity.tokens.key_source import REFRESH_SECONDS, KeyAwaited
from gateway.identity.tokens.refusals import InvalidToken, IssuerUnavailable, TokenExpired
from gateway.identity.tokens.trust import Issuer, Issuers, KeysAt, Trust
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.caller import Caller
from tests.fakes.identity_provider import (
    AUDIENCE,
    ISSUER,
    IdentityProvider,
    Signer,
    a_provider,
    claims_of,
    key_set_of,
)
from tests.fakes.issuing import NAME, an_office
from tests.fakes.spies import SpyListener

_TRUST = Trust(
    tenant="acme",
    audience=frozenset({AUDIENCE}),
    algorithms=frozenset({"RS256", "ES256"}),
    types=frozenset({"at+jwt"}),
    projects=frozenset({"default"}),
)


class Rig:
    """One verifier, its clock, and whoever issues."""

    def __init__(self, client: WebClient, most_remembered: int = 100) -> None:
        self.client = client
        self.clock = FakeClock()
        self.heard = SpyListener()
        self.errors: list[BaseException] = []
        self.tasks = LastTasks(self.errors.append)
        self.verifier = Verifier(
            client, self.clock, self.tasks, listeners=(self.heard,), most_remembered=most_remembered
        )
        self.issuers = Issuers([Issuer(ISSUER, read_key_set(key_set_of(Signer())), (_TRUST,))])

    def trust(self, provider: IdentityProvider, tenant: str = "acme", grace_seconds: float = 1000.0) -> None:
        """Believe this provider and no other."""
        place = KeysAt(provider.issuer, None, grace_seconds)
        self.issuers = Issuers([Issuer(provider.issuer, place, (replace(_TRUST, tenant=tenant),))])

    def identify(self, token: bytes) -> Caller:
        """Return whose token this is, if that is known at once."""
        return self.verifier.identify(digest_of(token), token, self.issuers, self.clock.wall())

    async def identify_patiently(self, token: bytes) -> Caller:
        """Return whose token this is."""
        try:
            return self.identify(token)
        except KeyAwaited as awaited:
            await awaited.arrival()
        return self.identify(token)


@pytest.fixture
async def make_rig() -> AsyncIterator[Callable[..., Rig]]:
    async with AsyncExitStack() as stack:
        client = WebClient(trusting_context())
        stack.push_async_callback(client.close)
        yield lambda *args: Rig(client, *args)


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


async def test_a_token_seen_before_has_the_same_caller(rig: Rig) -> None:
    """
    The very same object, without looking at the token again.
    """
    token = Signer().sign()
    caller = rig.identify(token)

    again = rig.verifier.identify(digest_of(token), b"not looked at", rig.issuers, rig.clock.wall())

    assert caller is again
    assert ("acme", "shop-app") == (caller.tenant, caller.credential_id)


async def test_a_remembered_token_ends_with_its_time(rig: Rig) -> None:
    """
    To the second, leeway included.
    """
    token = Signer().sign()
    rig.identify(token)

    rig.clock.advance(3629)
    rig.identify(token)
    rig.clock.advance(1)

    with pytest.raises(TokenExpired):
        rig.identify(token)
    assert 0 == len(rig.verifier)


async def test_another_policy_asks_anew(rig: Rig) -> None:
    """
    What one version of the policies believed, the next need not.
    """
    token = Signer().sign()
    rig.identify(token)
    rig.issuers = Issuers([Issuer(ISSUER, read_key_set(key_set_of(Signer(other=True))), (_TRUST,))])

    with pytest.raises(InvalidToken):
        rig.identify(token)


async def test_memory_is_bounded(make_rig: Callable[..., Rig]) -> None:
    """
    The oldest make room; they are checked again when they come back.
    """
    rig = make_rig(10)
    signer = Signer(algorithm="ES256")
    rig.issuers = Issuers([Issuer(ISSUER, read_key_set(key_set_of(signer)), (_TRUST,))])
    tokens = [signer.sign(claims_of(jti=str(number))) for number in range(25)]

    callers = [rig.identify(token) for token in tokens]

    assert len(rig.verifier) <= 10
    assert callers[0] == rig.identify(tokens[0])


async def test_a_bad_token_is_not_remembered(rig: Rig) -> None:
    """
    Only what was good takes memory.
    """
    for token in (Signer(other=True).sign(), b"e.e.e", Signer().sign(claims_of(aud="else"))):
        with pytest.raises(InvalidToken):
            rig.identify(token)

    assert 0 == len(rig.verifier)


async def test_two_issuers_are_never_confused(rig: Rig) -> None:
    """
    Both use the same key id; neither can sign in the other's name.
    """
    mine, theirs = Signer("same"), Signer("same", other=True)
    other = "https://other.test"
    rig.issuers = Issuers(
        [
            Issuer(ISSUER, read_key_set(key_set_of(mine)), (_TRUST,)),
            Issuer(other, read_key_set(key_set_of(theirs)), (replace(_TRUST, tenant="other"),)),
        ]
    )

    assert "acme" == rig.identify(mine.sign()).tenant
    assert "other" == rig.identify(theirs.sign(claims_of(iss=other))).tenant
    for forged in (theirs.sign(), mine.sign(claims_of(iss=other)), mine.sign(claims_of(iss=None))):
        with pytest.raises(InvalidToken):
            rig.identify(forged)


async def test_a_withdrawn_key_takes_its_tokens_along(rig: Rig) -> None:
    """
    A remembered token is refused once its issuer shows the key no more.
    """
    async with a_provider() as provider:
        rig.trust(provider)
        token = provider.token()
        caller = await rig.identify_patiently(token)
        provider.signers = [Signer("k2", other=True)]
        rig.clock.advance(REFRESH_SECONDS)

        assert caller is rig.identify(token)
        await rig.tasks.finish(5)

        with pytest.raises(InvalidToken):
            rig.identify(token)
        assert "acme" == rig.identify(provider.token()).tenant


async def test_an_outage_longer_than_the_grace_ends_remembered_tokens_too(rig: Rig) -> None:
    """
    Within the grace they are good; the operator hears of the outage once for each try.
    """
    async with a_provider() as provider:
        rig.trust(provider, grace_seconds=600)
        token = provider.token(exp=rig.clock.wall() + 10_000)
        caller = await rig.identify_patiently(token)
        provider.fails = True
        rig.clock.advance(REFRESH_SECONDS + 599)

        assert caller is rig.identify(token)
        await rig.tasks.finish(5)
        assert caller is rig.identify(token)
        rig.clock.advance(1)
        with pytest.raises(IssuerUnavailable):
            rig.identify(token)

    (notice,) = rig.heard.notices
    assert ("issuer.unavailable", provider.issuer) == (notice.kind, notice.facts["issuer"])
    assert [] == rig.errors


async def test_a_reload_that_keeps_an_issuer_keeps_its_keys(rig: Rig) -> None:
    """
    Policy changes do not ask identity providers again, and forget those that are gone.
    """
    async with a_provider() as provider, a_provider() as other:
        rig.trust(provider)
        await rig.identify_patiently(provider.token())

        rig.trust(provider, tenant="renamed")
        assert "renamed" == rig.identify(provider.token()).tenant
        assert 2 == len(provider.asked)

        rig.trust(other)
        rig.verifier.prepare(rig.issuers)
        rig.trust(provider)
        with pytest.raises(KeyAwaited):
            rig.identify(provider.token())
        await rig.tasks.finish(5)


async def test_issuers_are_asked_before_their_callers_come(rig: Rig) -> None:
    """
    Once for each policy that is new to them; one that does not answer is told at once.
    """
    async with a_provider() as provider:
        rig.trust(provider)
        for _ in range(3):
            rig.verifier.prepare(rig.issuers)
            await rig.tasks.finish(5)
        assert 2 == len(provider.asked)
        assert "acme" == rig.identify(provider.token()).tenant

    rig.clock.advance(REFRESH_SECONDS)
    rig.verifier.prepare(rig.issuers)
    await rig.tasks.finish(5)
    assert ["issuer.unavailable"] == [notice.kind for notice in rig.heard.notices]


async def test_our_own_tokens_are_believed_by_our_own_keys(rig: Rig) -> None:
    """
    Whatever a document says of an issuer of our name; a revoked one is forgotten.
    """
    office = await an_office()
    clock = office.clock
    verifier = Verifier(rig.client, clock, office.tasks, own=office.desk)
    office.revocations.on_revoked = verifier.forget
    impostor = Issuer(NAME, read_key_set(key_set_of(Signer())), (_TRUST,))
    issuers = Issuers([impostor], office.clients)
    token, kept = office.token().encode(), office.token().encode()

    def identify(text: bytes) -> Caller:
        return verifier.identify(digest_of(text), text, issuers, clock.wall())

    assert ["shop", "shop"] == [identify(text).credential_id for text in (token, kept)]
    with pytest.raises(InvalidToken):
        identify(Signer().sign(claims_of(iss=NAME)))
    await office.desk.revoke(office.clients["shop"], token.decode())
    assert 1 == len(verifier)
    with pytest.raises(InvalidToken):
        identify(token)
    assert "shop" == identify(kept).credential_id
