"""What our tokens say, and what of it still counts when they come back."""

from typing import Any

import pytest

from gateway.identity.clients import ClientRecord
from gateway.identity.issuing.access_token import Standing, claims_for, standing_of
from gateway.identity.tokens.refusals import InvalidToken, TokenExpired
from gateway.identity.tokens.token import SentToken
from tests.fakes.identity_provider import NOW
from tests.fakes.issuing import NAME, a_client

_CLIENT = a_client()


def _claims(**changes: Any) -> dict[str, Any]:
    claims = claims_for(NAME, _CLIENT, frozenset({"models", "chat"}), token_id="t1", now_wall=NOW + 0.7)
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _standing(
    claims: dict[str, Any], kind: str = "at+jwt", client: ClientRecord = _CLIENT, now: float = NOW
) -> Standing:
    token = SentToken("EdDSA", "k", kind, claims, b"", b"")
    return standing_of(token, NAME, {client.client_id: client}, now)


def test_a_token_says_all_that_rfc_9068_asks_for() -> None:
    """
    The subject of a client's own token is the client.
    """
    expected = {
        "iss": NAME,
        "aud": NAME,
        "sub": "shop",
        "client_id": "shop",
        "iat": int(NOW),
        "exp": int(NOW) + 600,
        "jti": "t1",
        "scope": "chat models",
    }

    assert expected == _claims()


def test_a_good_token_is_its_clients() -> None:
    """
    With the scopes that it was given.
    """
    assert Standing(_CLIENT, frozenset({"chat", "models"}), "t1", NOW + 605, NOW + 605) == _standing(
        _claims()
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://else.test"},
        {"aud": "https://else.test"},
        {"aud": None},
        {"sub": "another"},
        {"client_id": None},
        {"client_id": "unknown", "sub": "unknown"},
        {"client_id": ["shop"], "sub": ["shop"]},
        {"jti": None},
        {"jti": 7},
        {"exp": None},
    ],
)
def test_a_token_that_is_not_quite_ours_is_refused(claims: dict[str, Any]) -> None:
    """
    Every claim that we write is looked at.
    """
    with pytest.raises(InvalidToken):
        _standing(_claims(**claims))


def test_a_token_of_another_type_is_no_access_token() -> None:
    """
    Whatever else our keys may ever sign.
    """
    with pytest.raises(InvalidToken):
        _standing(_claims(), kind="jwt")


def test_a_token_ends_with_its_time_and_with_its_client() -> None:
    """
    What policy says of the client now counts, not what it said when the token was made.
    """
    with pytest.raises(TokenExpired):
        _standing(_claims(), now=NOW + 605)
    for client in (a_client(disabled=True), a_client(expires_at=NOW - 1)):
        with pytest.raises(InvalidToken):
            _standing(_claims(), client=client)


def test_a_token_is_not_good_for_longer_than_its_client() -> None:
    """
    However long it is remembered; its own end is another one.
    """
    standing = _standing(_claims(), client=a_client(expires_at=NOW + 60))

    assert (NOW + 60, NOW + 605) == (standing.good_until, standing.ends_at)


@pytest.mark.parametrize(
    ("scope", "expected"), [("chat admin:keys", {"chat"}), ("", set()), (None, set()), (["chat"], set())]
)
def test_a_token_keeps_no_scope_that_its_client_lost(scope: object, expected: set[str]) -> None:
    """
    Nor gets one by an odd claim.
    """
    assert expected == _standing(_claims(scope=scope)).scopes
