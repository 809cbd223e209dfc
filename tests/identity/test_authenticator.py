"""The credential in the head of a request says who is calling."""

from collections.abc import AsyncIterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.foundation.clock import FakeClock
from gateway.foundation.last_tasks import LastTasks
from gateway.foundation.trust import trusting_context
from gateway.foundation.web_client import WebClient
from gateway.identity.api_key import digest_of, mint
from gateway.identity.authenticator import (
    Authenticator,
    ConflictingCredentials,
    KeyExpired,
    MissingCredential,
    NotAuthenticated,
    TenantDisabled,
)
from gateway.identity.keyring import KeyRecord, Keyring
from gateway.identity.tokens.key_set import read_key_set
from gateway.identity.tokens.refusals import InvalidToken
from gateway.identity.tokens.trust import Issuer, Issuers, Trust
from gateway.identity.tokens.verifier import Verifier
from gateway.vocabulary.caller import Caller
from gateway.vocabulary.refusal import Refusal
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Signer, claims_of, key_set_of

_KEY = mint().text.reveal().encode()
_CALLER = Caller("acme", "default", "one", "api_key")
_NOW = 1_800_000_000.0


def _keyring(
    *, disabled: bool = False, tenant_disabled: bool = False, expires_at: float | None = None
) -> Keyring:
    return Keyring([KeyRecord(digest_of(_KEY), _CALLER, disabled, tenant_disabled, expires_at)])


def _identify(headers: Mapping[bytes, bytes], keyring: Keyring | None = None) -> Caller:
    return Authenticator().identify(headers, _keyring() if keyring is None else keyring, _NOW)


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
        (_KEY, _keyring(disabled=True)),
        (_KEY, _keyring(disabled=True, tenant_disabled=True, expires_at=_NOW - 1)),
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
        _identify({b"x-api-key": _KEY}, _keyring(tenant_disabled=True))

    assert (403, "tenant_disabled", "permission_error") == _told(refused.value)


def test_a_key_is_good_until_its_moment_and_not_a_second_longer() -> None:
    """
    The key stops working at the very moment of its date.
    """
    assert _CALLER is _identify({b"x-api-key": _KEY}, _keyring(expires_at=_NOW + 0.001))

    with pytest.raises(KeyExpired) as refused:
        _identify({b"x-api-key": _KEY}, _keyring(expires_at=_NOW))

    assert (403, "key_expired", "permission_error") == _told(refused.value)


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
    keyring = Keyring([KeyRecord(digest_of(_KEY), _CALLER)], issuers)
    authenticator = Authenticator(verifier)

    token = authenticator.identify({b"x-api-key": Signer().sign()}, keyring, _NOW)
    key = authenticator.identify({b"x-api-key": _KEY}, keyring, _NOW)

    assert ("jwt", "api_key") == (token.method, key.method)
    with pytest.raises(InvalidToken):
        authenticator.identify({b"x-api-key": Signer().sign(claims_of(aud="else"))}, keyring, _NOW)
    with pytest.raises(NotAuthenticated):
        authenticator.identify({b"x-api-key": b"eyJ-this-has.one-dot"}, keyring, _NOW)


async def test_a_key_that_looks_like_a_token_is_still_a_key(verifier: Verifier) -> None:
    """
    An operator may have chosen the text of an old token for a key.
    """
    chosen = Signer().sign()
    keyring = Keyring([KeyRecord(digest_of(chosen), _CALLER)])

    assert _CALLER is Authenticator(verifier).identify({b"x-api-key": chosen}, keyring, _NOW)


def _told(refusal: Refusal) -> tuple[int, str, str]:
    return refusal.status, refusal.code, refusal.kind
