"""Clients get tokens, ask about them and give them back."""

from ipaddress import ip_address

import jwt
import pytest

from gateway.identity.api_key import digest_of
from gateway.identity.clients import ClientRecord, mint_client
from gateway.identity.conditions import Conditions, Level, read_networks
from gateway.identity.issuing.errors import OAuthError, TooManyAttempts
from gateway.identity.issuing.form import Shown
from gateway.identity.issuing.key_plan import ROTATE_SECONDS
from gateway.identity.issuing.signing_keys import KIND as SIGNING_KEY
from gateway.identity.issuing.signing_keys import SigningKeys
from gateway.identity.issuing.token_desk import TokenDesk
from gateway.identity.keyring import Standings
from gateway.identity.scopes import NOTHING
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.token import take_apart
from gateway.identity.tokens.trust import Issuers
from gateway.vocabulary.caller import Caller
from tests.fakes.issuing import ADDRESS, NAME, SECRET, Office, a_client, an_office


@pytest.fixture
async def office() -> Office:
    return await an_office()


def _accepted(office: Office, token: str) -> Caller:
    issuers = Issuers(clients=office.clients)
    return office.desk.accept(take_apart(token.encode()), issuers, office.clock.wall()).caller


async def test_a_client_gets_a_token_for_its_secret(office: Office) -> None:
    """
    It says how long it is good and for what; the operator's log names client and token, not the token itself.
    """
    client = office.desk.authenticate(Shown("shop", ("wrong", SECRET)), ADDRESS)

    answer = office.desk.issue(client, {"grant_type": "client_credentials", "scope": "chat"})

    token = answer.pop("access_token")
    assert {"token_type": "Bearer", "expires_in": 600, "scope": "chat"} == answer
    header = jwt.get_unverified_header(token)
    assert ("EdDSA", "at+jwt") == (header["alg"], header["typ"])
    expected = Caller("acme", "default", "shop", "oauth_client", frozenset({"chat"}))
    assert expected == _accepted(office, token)
    (notice,) = office.heard.notices
    assert ("client.token_issued", "shop", "acme") == (
        notice.kind,
        notice.facts["client"],
        notice.facts["tenant"],
    )
    assert token not in str(notice)


@pytest.mark.slow
async def test_a_client_may_have_its_tokens_signed_with_rsa() -> None:
    """
    For servers of its own that read them and know nothing newer.
    """
    office = await an_office("RS256")
    office.clients["shop"] = a_client(algorithm="RS256")

    token = office.token()

    assert "RS256" == jwt.get_unverified_header(token)["alg"]
    assert "shop" == _accepted(office, token).credential_id


@pytest.mark.parametrize("shown", [Shown("shop", ("wrong",)), Shown("nobody", (SECRET,)), Shown("", ("",))])
async def test_unknown_and_wrong_get_the_same_answer(office: Office, shown: Shown) -> None:
    """
    Nobody learns from it which ids there are.
    """
    with pytest.raises(OAuthError) as refused:
        office.desk.authenticate(shown, ADDRESS)

    told = refused.value
    assert ("invalid_client", 401) == (told.error, told.status)
    assert "The client is not known, or its secret is wrong." == told.description


async def test_guessing_is_slowed_by_address(office: Office) -> None:
    """
    429 with a time to come back; another address is not concerned.
    """
    refusals = []
    for _ in range(100):
        with pytest.raises(OAuthError) as refused:
            office.desk.authenticate(Shown("shop", ("wrong",)), ADDRESS)
        refusals.append(refused.value)

    last = refusals[-1]
    assert isinstance(last, TooManyAttempts)
    assert (429, True) == (last.status, (last.retry_after or 0) > 0)
    assert 30 > sum(not isinstance(one, TooManyAttempts) for one in refusals)
    shop = office.clients["shop"]
    assert shop is office.desk.authenticate(Shown("shop", (SECRET,)), ip_address("192.0.2.8"))
    office.clock.advance(3600)
    assert shop is office.desk.authenticate(Shown("shop", (SECRET,)), ADDRESS)


async def test_a_bad_neighbour_does_not_shut_out_who_has_a_minted_secret(office: Office) -> None:
    """
    It cannot be guessed, so it is looked up all the same; one that is wrong is braked like any other.
    """
    minted = mint_client(bytes)
    office.clients["shop"] = shop = a_client(digests=(digest_of(minted.secret.reveal().encode()),))
    for _ in range(30):
        with pytest.raises(OAuthError):
            office.desk.authenticate(Shown("shop", ("wrong",)), ADDRESS)

    assert shop is office.desk.authenticate(Shown("shop", (minted.secret.reveal(),)), ADDRESS)
    with pytest.raises(TooManyAttempts):
        office.desk.authenticate(Shown("nobody", (minted.secret.reveal(),)), ADDRESS)


async def test_who_may_not_call_gets_no_token(office: Office) -> None:
    """
    What policy asks of tenant and project holds at the desk as well.
    """
    shown = Shown("shop", (SECRET,))
    refusing: list[Standings] = [
        {"acme": {"default": (Conditions(Level.TENANT, disabled=True),)}},
        {"acme": {"default": (Conditions(Level.PROJECT, networks=read_networks(["198.51.100.0/24"])),)}},
        {"acme": {}},
        {},
    ]
    for standings in refusing:
        office.standings = standings
        with pytest.raises(OAuthError) as refused:
            office.desk.authenticate(shown, ADDRESS)
        assert ("unauthorized_client", 400) == (refused.value.error, refused.value.status)
    assert {("client.token_refused", "shop")} == {
        (one.kind, one.facts["client"]) for one in office.heard.notices
    }

    office.standings = {
        "acme": {"default": (Conditions(Level.PROJECT, networks=read_networks([str(ADDRESS)])),)}
    }
    assert office.clients["shop"] is office.desk.authenticate(shown, ADDRESS)


async def test_a_client_by_ipv6_is_known_by_its_own_address_and_braked_by_its_network(office: Office) -> None:
    """
    A whole /64 is one customer's: it guesses on one account, but is not all of it let in.
    """
    here, beside = ip_address("2001:db8::7"), ip_address("2001:db8::8")
    only_here = Conditions(Level.PROJECT, networks=read_networks(["2001:db8::7/128"]))
    office.standings = {"acme": {"default": (only_here,)}}
    shown = Shown("shop", (SECRET,))

    assert office.clients["shop"] is office.desk.authenticate(shown, here)
    with pytest.raises(OAuthError, match="may not be used from this address"):
        office.desk.authenticate(shown, beside)
    for _ in range(30):
        with pytest.raises(OAuthError):
            office.desk.authenticate(Shown("shop", ("wrong",)), beside)
    with pytest.raises(TooManyAttempts):
        office.desk.authenticate(shown, here)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "admin:owner"}, "invalid_scope"),
    ],
)
async def test_what_a_client_may_not_have_is_refused(
    office: Office, form: dict[str, str], expected: str
) -> None:
    """
    By the names that clients know (RFC 6749 5.2).
    """
    with pytest.raises(OAuthError) as refused:
        office.desk.issue(office.clients["shop"], form)

    assert (expected, 400) == (refused.value.error, refused.value.status)
    assert [] == office.heard.notices


async def test_a_token_is_shown_to_its_own_tenant_alone(office: Office) -> None:
    """
    RFC 7662: what it is worth, and to anybody else that it is not active.
    """
    token = office.token()

    mine = office.desk.introspect(office.clients["shop"], token)
    theirs = office.desk.introspect(office.clients["other"], token)

    assert {"active": False} == theirs
    assert {"active", "scope", "client_id", "token_type", "exp", "iat", "sub", "aud", "iss", "jti"} == set(
        mine
    )
    assert (True, "shop", "chat models", NAME) == (
        mine["active"],
        mine["client_id"],
        mine["scope"],
        mine["iss"],
    )


@pytest.mark.parametrize("token", ["", "abc", "e.e.e", "\ud800", "x" * 20_000])
async def test_what_is_no_token_is_not_active(office: Office, token: str) -> None:
    """
    Nor has it to be revoked: 200 both times (RFC 7009 2.2).
    """
    client = office.clients["shop"]

    await office.desk.revoke(client, token)

    assert {"active": False} == office.desk.introspect(client, token)


async def test_a_token_that_every_call_refuses_is_not_active(office: Office) -> None:
    """
    Its project is switched off or past its date; from where it may be used is told by no introspection.
    """
    token, asking = office.token(), a_client("asking")
    networks = read_networks(["198.51.100.0/24"])
    asked = [
        (Conditions(Level.PROJECT, disabled=True),),
        (Conditions(Level.PROJECT, expires_at=office.clock.wall()),),
        (Conditions(Level.PROJECT, networks=networks, expires_at=office.clock.wall() + 1),),
    ]

    active = []
    for conditions in asked:
        office.standings = {"acme": {"default": conditions}}
        active.append(office.desk.introspect(asking, token)["active"])
    office.standings = {"acme": {}}

    assert [False, False, True] == active
    assert {"active": False} == office.desk.introspect(asking, token)


async def test_a_forged_or_expired_token_is_not_active(office: Office) -> None:
    """
    The signature is proved, and the time is looked at.
    """
    token = office.token()
    stranger = await an_office()

    assert {"active": False} == office.desk.introspect(office.clients["shop"], stranger.token())
    office.clock.advance(606)
    assert {"active": False} == office.desk.introspect(office.clients["shop"], token)


async def test_a_revoked_token_is_worth_nothing(office: Office) -> None:
    """
    To nobody, and revoking it again changes nothing.
    """
    token, kept = office.token(), office.token()

    await office.desk.revoke(office.clients["shop"], token)
    await office.desk.revoke(office.clients["shop"], token)

    assert {"active": False} == office.desk.introspect(office.clients["shop"], token)
    with pytest.raises(InvalidToken):
        _accepted(office, token)
    assert "shop" == _accepted(office, kept).credential_id
    assert ["client.token_issued"] * 2 + ["client.token_revoked"] == [
        one.kind for one in office.heard.notices
    ]


async def test_a_revoked_token_stays_revoked_when_its_client_is_given_longer(office: Office) -> None:
    """
    A revocation is kept until the token's own end, whenever the client was to end.
    """
    office.clients["shop"] = a_client(token_seconds=40_000, expires_at=office.clock.wall() + 60)
    token = office.token()
    await office.desk.revoke(office.clients["shop"], token)

    office.clients["shop"] = a_client(token_seconds=40_000)
    office.clock.advance(20_000)
    await office.revocations.sweep()

    with pytest.raises(InvalidToken, match="was revoked"):
        _accepted(office, token)


async def test_a_token_is_taken_back_by_its_own_client_alone(office: Office) -> None:
    """
    RFC 7009 2.1.
    """
    token = office.token()

    with pytest.raises(OAuthError) as refused:
        await office.desk.revoke(office.clients["other"], token)

    assert "unauthorized_client" == refused.value.error
    assert "shop" == _accepted(office, token).credential_id


async def test_a_revocation_needs_the_store(office: Office) -> None:
    """
    503 and try again: it is not believed to be revoked when it may come back.
    """
    token = office.token()
    office.store.fail()

    with pytest.raises(OAuthError) as refused:
        await office.desk.revoke(office.clients["shop"], token)

    assert ("temporarily_unavailable", 503) == (refused.value.error, refused.value.status)
    assert "shop" == _accepted(office, token).credential_id


async def test_nothing_is_said_of_a_token_that_nobody_can_know_about(office: Office) -> None:
    """
    With a store that is silent beyond the grace, neither a revocation nor an answer would be true.
    """
    token = office.token()
    stale = SigningKeys(office.store, office.signing._keys, office.clock, lambda: True)
    desk = Office(office.store, office.clock, stale).desk

    for act in (
        desk.revoke(office.clients["shop"], token),
        _introspected(desk, office.clients["shop"], token),
    ):
        with pytest.raises(OAuthError) as refused:
            await act
        assert ("temporarily_unavailable", 503) == (refused.value.error, refused.value.status)


async def _introspected(desk: TokenDesk, client: ClientRecord, token: str) -> object:
    return desk.introspect(client, token)


async def test_tokens_are_issued_while_the_store_is_silent(office: Office) -> None:
    """
    The keys in memory are enough.
    """
    office.store.fail()

    assert "shop" == _accepted(office, office.token()).credential_id
    await office.tasks.finish(1)
    assert [] == office.errors


async def test_without_a_key_nothing_is_signed(office: Office) -> None:
    """
    503 and try again; the key is made meanwhile.
    """
    office.signing.take([], is_whole=True)

    with pytest.raises(OAuthError) as refused:
        office.token()
    await office.tasks.finish(1)

    assert "temporarily_unavailable" == refused.value.error
    assert "shop" == _accepted(office, office.token()).credential_id


async def test_keys_are_renewed_beside_the_requests(office: Office) -> None:
    """
    No request waits for it.
    """
    office.token()
    office.clock.advance(ROTATE_SECONDS)

    office.token()
    await office.tasks.finish(1)

    assert 2 == len(await office.store.list(SIGNING_KEY))


async def test_a_token_without_a_scope_left_opens_nothing(office: Office) -> None:
    """
    A client that lost its scopes does not fall back to those of a key.
    """
    token = office.token(scope="models")
    office.clients["shop"] = a_client(scopes=frozenset({"chat"}))

    assert NOTHING == _accepted(office, token).scopes


async def test_every_scope_of_any_client_is_named(office: Office) -> None:
    """
    For the metadata.
    """
    office.clients["other"] = a_client("other", scopes=frozenset({"admin:read"}))

    assert ["admin:read", "chat", "models"] == office.desk.scopes()
