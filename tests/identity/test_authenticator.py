"""The credential in the head of a request says who is calling."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import digest_of, mint
from gateway.identity.authenticator import Authenticator, FindKey, no_key
from gateway.identity.brakes import FAILURES_AT_ONCE
from gateway.identity.conditions import Conditions, Level, read_networks
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.refusals import (
    AddressNotAllowed,
    CallerDisabled,
    ConflictingCredentials,
    KeyBlocked,
    KeyExpired,
    KeyRotated,
    MissingCredential,
    NotAuthenticated,
    NotKnownYet,
    TenantDisabled,
    TooManyFailures,
)
from gateway.identity.second_look import SecondLook
from gateway.identity.tokens.key_set import read_key_set
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.trust import Issuer, Issuers, Trust
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal
from tests.fakes.builders import an_arrival
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, claims_of, key_set_of

_KEY = mint().text.reveal().encode()
_CALLER = Caller("acme", "default", "one", "api_key")
_NOW = 1_800_000_000.0


_TENANT_OFF = Conditions(Level.TENANT, disabled=True)


def _keyring(*conditions: Conditions) -> Keyring:
    return Keyring([KeyRecord(digest_of(_KEY), _CALLER, conditions)])


def _key(**changes: Any) -> Conditions:
    return Conditions(Level.KEY, **changes)


def _identify(
    headers: Mapping[bytes, bytes],
    keyring: Keyring | None = None,
    *,
    find_key: FindKey = no_key,
    peer: str = "127.0.0.1",
) -> Caller:
    arrival = an_arrival(headers=headers, peer=peer)
    return Authenticator(find_key=find_key).identify(
        arrival, _keyring() if keyring is None else keyring, _NOW
    )


@pytest.mark.parametrize(
    "headers",
    [
        {b"authorization": b"Bearer " + _KEY},
        {b"authorization": b"bearer   " + _KEY + b" "},
        {b"x-api-key": _KEY},
        {b"api-key": b" " + _KEY},
        {b"authorization": b"Bearer " + _KEY, b"x-api-key": _KEY, b"api-key": _KEY},
        {b"authorization": b"Basic dXNlcg==", b"x-api-key": _KEY},
        {b"authorization": b"Bearer ", b"x-api-key": _KEY},
    ],
)
def test_a_key_is_found_wherever_clients_put_it(headers: Mapping[bytes, bytes]) -> None:
    """
    Three fields carry a key, also when several carry the same one.
    """
    assert _CALLER is _identify(headers)


@pytest.mark.parametrize(
    "headers",
    [{}, {b"authorization": b"Bearer "}, {b"authorization": b"Basic dXNlcg=="}, {b"x-api-key": b" "}],
)
def test_a_head_without_a_key_is_told_how_to_send_one(headers: Mapping[bytes, bytes]) -> None:
    """
    Nothing sent is 401 `missing_credential`, with the challenge of RFC 9110.
    """
    with pytest.raises(MissingCredential) as refused:
        _identify(headers)

    assert (401, "missing_credential", "authentication_error") == _told(refused.value)
    assert {"www-authenticate": "Bearer"} == refused.value.extra_headers


def test_two_different_keys_are_refused() -> None:
    """
    We do not choose between credentials, even if one of them is good.
    """
    with pytest.raises(ConflictingCredentials) as refused:
        _identify({b"authorization": b"Bearer " + _KEY, b"api-key": b"another key"})

    assert (400, "conflicting_credentials", "invalid_request_error") == _told(refused.value)


def test_unknown_mistyped_and_disabled_keys_get_the_same_answer() -> None:
    """
    Nobody learns from the answer whether a key ever was one.
    """
    mistyped = _KEY[:-1] + (b"0" if _KEY[-1:] != b"0" else b"1")
    answers = set()
    for key, keyring in (
        (b"quite unknown", _keyring()),
        (mint().text.reveal().encode(), _keyring()),
        (mistyped, _keyring()),
        (_KEY, _keyring(_key(disabled=True))),
        (_KEY, _keyring(_key(disabled=True, blocked=True, expires_at=_NOW - 1), _TENANT_OFF)),
    ):
        with pytest.raises(NotAuthenticated) as refused:
            _identify({b"x-api-key": key}, keyring)
        answers.add((*_told(refused.value), refused.value.message))

    assert 1 == len(answers)
    assert (401, "invalid_credential", "authentication_error") == answers.pop()[:3]


def test_a_mistyped_key_is_refused_without_a_look_up() -> None:
    """
    The checksum alone decides: even a keyring that knew the text would not be asked.
    """
    mistyped = _KEY[:-1] + (b"0" if _KEY[-1:] != b"0" else b"1")
    keyring = Keyring([KeyRecord(digest_of(mistyped), _CALLER)])

    with pytest.raises(NotAuthenticated):
        _identify({b"x-api-key": mistyped}, keyring)


def test_a_chosen_key_may_begin_like_a_minted_one() -> None:
    """
    The checksum is asked of nothing but the exact shape of a minted key.
    """
    keyring = Keyring([KeyRecord(digest_of(b"sk-dsg-my-own"), _CALLER)])

    assert _CALLER is _identify({b"x-api-key": b"sk-dsg-my-own"}, keyring)


def test_a_key_of_a_disabled_tenant_is_named_as_such() -> None:
    """
    The holder of a good key is told that the tenant is switched off.
    """
    with pytest.raises(TenantDisabled) as refused:
        _identify({b"x-api-key": _KEY}, _keyring(_TENANT_OFF))

    assert (403, "tenant_disabled", "permission_error") == _told(refused.value)


def test_a_key_is_good_until_its_moment_and_not_a_second_longer() -> None:
    """
    The key stops working at the very moment of its date.
    """
    assert _CALLER is _identify({b"x-api-key": _KEY}, _keyring(_key(expires_at=_NOW + 0.001)))

    with pytest.raises(KeyExpired) as refused:
        _identify({b"x-api-key": _KEY}, _keyring(_key(expires_at=_NOW)))

    assert (403, "key_expired", "permission_error") == _told(refused.value)


@pytest.mark.parametrize(
    ("conditions", "refusal", "told"),
    [
        (_key(blocked=True), KeyBlocked, (403, "key_blocked")),
        (_key(replaced_at=_NOW), KeyRotated, (401, "key_rotated")),
        (_key(networks=read_networks(["10.0.0.0/8"])), AddressNotAllowed, (403, "address_not_allowed")),
        (Conditions(Level.TENANT, expires_at=_NOW), TenantDisabled, (403, "tenant_disabled")),
        (Conditions(Level.PROJECT, disabled=True), CallerDisabled, (403, "caller_disabled")),
        (Conditions(Level.PROJECT, expires_at=_NOW), CallerDisabled, (403, "caller_disabled")),
    ],
)
def test_each_condition_has_its_own_refusal(
    conditions: Conditions, refusal: type[Refusal], told: tuple[int, str]
) -> None:
    """
    What a rightful holder can act on is named.
    """
    with pytest.raises(refusal) as refused:
        _identify({b"x-api-key": _KEY}, _keyring(conditions))

    assert told == _told(refused.value)[:2]


def test_a_key_made_at_run_time_has_the_standing_of_its_project() -> None:
    """
    It is found when the documents know it not, and their conditions hold for it too.
    """
    known = {digest_of(_KEY): KeyRecord(digest_of(_KEY), _CALLER)}
    open_door = Keyring(standings={"acme": {"default": ()}})
    closed = Keyring(standings={"acme": {"default": (_TENANT_OFF,)}})

    assert _CALLER is _identify({b"x-api-key": _KEY}, open_door, find_key=known.get)
    with pytest.raises(TenantDisabled):
        _identify({b"x-api-key": _KEY}, closed, find_key=known.get)


@pytest.mark.parametrize(
    ("standings", "refusal"), [({}, TenantDisabled), ({"acme": {"other": ()}}, CallerDisabled)]
)
def test_a_key_does_not_outlive_its_tenant_or_project(
    standings: dict[str, dict[str, tuple[Conditions, ...]]], refusal: type[Refusal]
) -> None:
    """
    Who deletes a tenant's document has nothing more to do.
    """
    known = {digest_of(_KEY): KeyRecord(digest_of(_KEY), _CALLER)}

    with pytest.raises(refusal):
        _identify({b"x-api-key": _KEY}, Keyring(standings=standings), find_key=known.get)


def test_an_administrator_needs_no_document() -> None:
    """
    Those who administer all tenants belong to none of them.
    """
    caller = Caller("_gateway", "default", "boss", "api_key", frozenset({"admin:read"}))
    known = {digest_of(_KEY): KeyRecord(digest_of(_KEY), caller)}

    assert caller is _identify({b"x-api-key": _KEY}, Keyring(), find_key=known.get)


def test_guessing_from_one_address_is_slowed() -> None:
    """
    After so many failures chosen keys are not even looked up there; elsewhere and minted ones are.
    """
    authenticator = Authenticator()
    chosen = b"a key that someone chose"
    keyring = Keyring([KeyRecord(digest_of(text), _CALLER) for text in (_KEY, chosen)])

    def show(credential: bytes, peer: str) -> Caller:
        headers = {b"x-api-key": credential}
        return authenticator.identify(an_arrival(headers=headers, peer=peer), keyring, _NOW)

    for number in range(FAILURES_AT_ONCE):
        with pytest.raises(NotAuthenticated):
            show(b"guess %d" % number, "192.0.2.1")
    for credential in (b"one more guess", chosen):
        with pytest.raises(TooManyFailures) as refused:
            show(credential, "192.0.2.1")

    assert (429, "too_many_failures", "rate_limit_error") == _told(refused.value)
    assert refused.value.retry_after
    assert _CALLER is show(_KEY, "192.0.2.1")
    assert _CALLER is show(chosen, "192.0.2.2")


def test_a_clock_that_is_put_back_lets_nobody_wait() -> None:
    """
    An address that failed once is no attacker for the hour that comes twice.
    """
    authenticator = Authenticator()
    chosen = b"a key that someone chose"
    keyring = Keyring([KeyRecord(digest_of(chosen), _CALLER)])
    with pytest.raises(NotAuthenticated):
        authenticator.identify(an_arrival(headers={b"x-api-key": b"a guess"}), keyring, _NOW)

    later = an_arrival(headers={b"x-api-key": chosen}, received_at=1001.0)

    assert _CALLER is authenticator.identify(later, keyring, _NOW - 3600)


async def test_a_key_that_nobody_knows_has_the_store_asked_first() -> None:
    """
    It may have been made a moment ago; what was asked after it came is the last word.
    """
    clock = FakeClock()
    known: dict[bytes, KeyRecord] = {}
    looks: list[float] = []

    async def catch_up() -> None:
        looks.append(clock.monotonic())
        known[digest_of(_KEY)] = KeyRecord(digest_of(_KEY), _CALLER)

    look = SecondLook(catch_up, clock, LastTasks(lambda _: None), every_seconds=0.0)
    authenticator = Authenticator(find_key=known.get, second_look=look)
    keyring = Keyring(standings={"acme": {"default": ()}})
    good = an_arrival(headers={b"x-api-key": _KEY}, received_at=clock.monotonic())
    stranger = an_arrival(
        headers={b"x-api-key": mint().text.reveal().encode()}, received_at=clock.monotonic()
    )
    with pytest.raises(NotKnownYet) as awaited:
        authenticator.identify(good, keyring, _NOW)
    clock.advance(0.1)

    await awaited.value.arrival()

    assert _CALLER is authenticator.identify(good, keyring, _NOW)
    with pytest.raises(NotAuthenticated) as refused:
        authenticator.identify(stranger, keyring, _NOW)
    assert (NotAuthenticated, awaited.value.message) == (type(refused.value), refused.value.message)
    assert 1 == len(looks)


@given(st.binary(min_size=12, max_size=90))
def test_no_refusal_shows_what_was_sent(credential: bytes) -> None:
    """
    Whatever stands in the head, a stranger is refused and not quoted.
    """
    shown = credential.strip()
    with pytest.raises(Refusal) as refused:
        _identify({b"authorization": b"Bearer " + credential})

    assert not shown or shown.decode("latin-1") not in f"{refused.value!r} {refused.value.message}"


@pytest.fixture
async def verifier() -> AsyncIterator[Verifier]:
    client = WebClient(trusting_context())
    yield Verifier(client, FakeClock(), LastTasks(lambda _: None))
    await client.close()


async def test_a_token_is_told_from_a_key_by_its_look(verifier: Verifier) -> None:
    """
    What no keyring knows and looks like a token is one; all else is a key as before.
    """
    trust = Trust(
        "acme", frozenset({AUDIENCE}), frozenset({"RS256"}), frozenset({"at+jwt"}), frozenset({"default"})
    )
    issuers = Issuers([Issuer(ISSUER, read_key_set(key_set_of(Signer())), (trust,))])
    keyring = Keyring([KeyRecord(digest_of(_KEY), _CALLER)], issuers, {"acme": {"default": ()}})
    authenticator = Authenticator(verifier)

    token = authenticator.identify(an_arrival(headers={b"x-api-key": Signer().sign()}), keyring, _NOW)
    key = authenticator.identify(an_arrival(headers={b"x-api-key": _KEY}), keyring, _NOW)

    assert ("jwt", "api_key") == (token.method, key.method)
    closed = Keyring((), issuers, {"acme": {"default": (_TENANT_OFF,)}})
    with pytest.raises(TenantDisabled):
        authenticator.identify(an_arrival(headers={b"x-api-key": Signer().sign()}), closed, _NOW)
    with pytest.raises(InvalidToken):
        authenticator.identify(
            an_arrival(headers={b"x-api-key": Signer().sign(claims_of(aud="else"))}), keyring, _NOW
        )
    with pytest.raises(NotAuthenticated):
        authenticator.identify(an_arrival(headers={b"x-api-key": b"eyJ-this-has.one-dot"}), keyring, _NOW)


async def test_a_key_that_looks_like_a_token_is_still_a_key(verifier: Verifier) -> None:
    """
    An operator may have chosen the text of an old token for a key.
    """
    chosen = Signer().sign()
    keyring = Keyring([KeyRecord(digest_of(chosen), _CALLER)])

    assert _CALLER is Authenticator(verifier).identify(
        an_arrival(headers={b"x-api-key": chosen}), keyring, _NOW
    )


def _told(refusal: Refusal) -> tuple[int, str, str]:
    return refusal.status, refusal.code, refusal.kind
