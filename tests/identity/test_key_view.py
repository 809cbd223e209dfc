"""A key as those may see it who look after it."""

from gateway.identity.api_key import hash_of
from gateway.identity.key_document import KeyAct
from gateway.identity.key_view import key_view, time_text
from tests.identity.test_key_document import a_document

_NOW = 1_800_000_000.0


def test_a_view_shows_neither_secret_nor_hash() -> None:
    """
    The hash would let a finder check guesses.
    """
    document = a_document().replaced_by(hash_of("two"), _NOW + 60)

    text = str(key_view(document, _NOW))

    assert "sha256" not in text
    assert document.hash[7:] not in text
    assert document.replaced[0].hash[7:] not in text


def test_a_view_says_everything_else() -> None:
    """
    Times in UTC; of earlier secrets only until when they are good.
    """
    document = a_document(label="shop", scopes=("chat",), expires_at=_NOW + 61, metadata={"a": 1})
    document = document.replaced_by(hash_of("two"), _NOW - 1).replaced_by(hash_of("three"), _NOW + 60)
    document = document.acted(KeyAct(_NOW, "boss", "rotated"))

    view = key_view(document, _NOW)

    assert ("k1", "acme", "default", "shop", "active") == tuple(
        view[name] for name in ("id", "tenant", "project", "label", "state")
    )
    assert ["2027-01-15T08:01:00Z"] == view["earlier_secrets_until"]
    assert [{"at": "2027-01-15T08:00:00Z", "actor": "boss", "act": "rotated"}] == view["history"]
    assert ("2027-01-15T08:01:01Z", None) == (view["expires_at"], view["revoked_at"])
    assert time_text(None) is None


def test_no_secret_of_before_is_called_good_when_the_key_is_not() -> None:
    """
    A revoked key has none, and the end of the key is the end of them all.
    """
    rotated = {"replaced": a_document().replaced_by(hash_of("two"), _NOW + 60).replaced}

    revoked = a_document(revoked_at=_NOW, **rotated)
    ending = a_document(expires_at=_NOW + 1, **rotated)
    expired = a_document(expires_at=_NOW, **rotated)

    assert [[], ["2027-01-15T08:00:01Z"], []] == [
        key_view(one, _NOW)["earlier_secrets_until"] for one in (revoked, ending, expired)
    ]
